"""The name of an edition in the files of a chapter: where a result holds for another edition too, its files name that.

Tables, spreadsheets and notes come out as if the chapter had been run for it, byte for byte.
"""

from __future__ import annotations

import hashlib
import json
import re
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZipFile

from analysis.run.records import UNSETTLED

SUBJECT, TEXTS, DATA = "docProps/core.xml", "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"
TEXT = re.compile(r"<si>.*?</si>", re.DOTALL)


def rename(folder: Path, stem: str, old: str, new: str) -> bool:
    """Let the files of a chapter name the edition `new`; return whether they could.

    Parameters
    ----------
    folder : The edition that holds them.
    stem : The chapter.
    old, new : Name of the edition that made them, and of this one.
    """
    for place in (folder, folder.joinpath(*UNSETTLED, stem)):
        digests: dict[str, str] = {}
        for path in sorted((place / "tables" / stem).glob("*")):
            content = path.read_bytes()
            named = _named(content, path.suffix, old, new)
            if named is None:
                return False
            if named != content:
                path.write_bytes(named)
                digests[_sha(content)] = _sha(named)
        _note(place / "internal" / "records" / f"{stem}.jsonl", digests)
    return True


def _named(content: bytes, suffix: str, old: str, new: str) -> bytes | None:
    if suffix == ".json":
        before, after = (f'"edition": {json.dumps(name, ensure_ascii=False)}'.encode() for name in (old, new))
        return content.replace(before, after, 1)
    return _renamed_book(content, old, new) if suffix == ".xlsx" else content


def _renamed_book(content: bytes, old: str, new: str) -> bytes | None:
    """Return a spreadsheet that names another edition; None where its data hold either name as a word.

    A word that occurs twice is written once in such a file.
    """
    renamed = BytesIO()
    with ZipFile(BytesIO(content)) as book, ZipFile(renamed, "w") as other:
        said, says = (f"<si><t>{escape(name)}</t></si>" for name in (old, new))
        texts = TEXT.findall(book.read(TEXTS).decode())
        shared = said in texts and f't="s"><v>{texts.index(said)}</v>' in book.read(DATA).decode()
        if shared or (says in texts and old != new):
            return None
        for member in book.infolist():
            part = book.read(member)
            if member.filename == SUBJECT:
                part = part.replace(f">{escape(old)}<".encode(), f">{escape(new)}<".encode(), 1)
            if member.filename == TEXTS:
                part = part.replace(said.encode(), says.encode(), 1)
            other.writestr(member, part)
    return renamed.getvalue()


def _note(notes: Path, digests: dict[str, str]) -> None:
    """Write the digests of renamed files in the notes of the chapter."""
    if digests and notes.exists():
        pattern = re.compile("|".join(digests))
        text = pattern.sub(lambda found: digests[found[0]], notes.read_text("utf8"))
        notes.write_text(text, "utf8", newline="\n")


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
