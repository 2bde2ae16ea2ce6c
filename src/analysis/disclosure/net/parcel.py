"""The file with everything that an edition publishes: asked whether it holds that and nothing else."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from io import StringIO
from itertools import chain
from pathlib import Path
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from analysis.disclosure.net.again import WordRules
from analysis.errors import DisclosureError
from analysis.run.reuse import passed

ARCHIVE = "edition.zip"
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The time that all files in it bear, which is the earliest that such a file can hold."""

PUBLISHED = (".csv", ".xlsx", ".png", ".svg")
"""What of the published files is in it."""

MADE = frozenset({"README.txt", "findings.csv", "findings.json", "dictionary.csv", "dictionary.json"})
"""What is written for it from the manifest and the published tables."""


def check_archive(path: Path, edition: str, published: Mapping[str, str], rules: WordRules, by: str = "") -> None:
    """Refuse an archive that holds anything but the published files and what was written about them.

    Parameters
    ----------
    path : The archive.
    edition : The name of the edition, which is the folder within.
    published : The digest of every file as it left the gate, by path.
    rules, by : By which words are checked, and what stands for these.
    """
    where = path.name
    try:
        with ZipFile(path) as parcel:
            if parcel.comment or path.read_bytes()[:4] != b"PK\x03\x04":
                raise DisclosureError(f"{where}: holds more than its files")
            _check_size(path, parcel.infolist(), where)
            written: dict[str, str] = {}
            for member in parcel.infolist():
                name, content = _named(member, edition), parcel.read(member)
                if name in MADE:
                    written |= dict.fromkeys(_texts(name, content.decode("utf8")), f"{ARCHIVE}, {name}")
                elif hashlib.sha256(content).hexdigest() != published.get(name):
                    raise DisclosureError(f"{ARCHIVE}, {name}: is not a file that passed the disclosure gate")
            passed("analysis.disclosure.net.parcel.check_archive", [written, by], partial(_check_words, written, rules))
    except BadZipFile:
        raise DisclosureError(f"{where}: is no archive") from None


def _check_words(written: Mapping[str, str], rules: WordRules) -> None:
    for words, place in written.items():
        rules.words(words, place)


def _check_size(path: Path, members: Iterable[ZipInfo], where: str) -> None:
    """Refuse bytes between or behind the files: the size follows from their names and contents."""
    sizes = [30 + 46 + 2 * len(member.filename.encode()) + member.file_size for member in members]
    if path.stat().st_size != sum(sizes) + 22:
        raise DisclosureError(f"{where}: holds more than its files")


def _named(member: ZipInfo, edition: str) -> str:
    """Return the path of a file of the edition; refuse what lies elsewhere, or has notes that no reader sees."""
    folder, _, name = member.filename.partition("/")
    if folder != edition:
        raise DisclosureError(f"{ARCHIVE}, {member.filename}: is not a file that passed the disclosure gate")
    if member.comment or member.extra or member.date_time != EARLIEST or member.compress_type != ZIP_STORED:
        raise DisclosureError(f"{ARCHIVE}, {name}: has notes beside it that no reader sees")
    return name


def _texts(name: str, content: str) -> Iterator[str]:
    """Give the texts in a file: cells of tables, values in JSON, else lines."""
    if name.endswith(".json"):
        yield from (each for row in json.loads(content) for each in row.values() if isinstance(each, str))
    elif name.endswith(".csv"):
        yield from chain.from_iterable(csv.reader(StringIO(content)))
    else:
        yield from content.splitlines()
