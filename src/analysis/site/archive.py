"""Everything that an edition publishes as one file, with a dictionary of what its tables hold.

The file is the same, byte for byte, whenever and wherever the same things are published: no time, no place, nothing
compressed.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from analysis.disclosure import SUPPRESSED
from analysis.disclosure.net.parcel import EARLIEST, MADE, PUBLISHED
from analysis.language import from_data, term, text
from analysis.publish.spreadsheet import harmless, read_csv
from analysis.run.reuse import kept
from analysis.site.dictionary import columns_of
from analysis.site.identity import identity_of
from analysis.site.sitemap import Site, Thing

SYMBOL = "analysis.site.archive.archive"
Row = dict[str, Any]
COLUMNS = ("file", "caption", "chapter", "figure", "rows", "column", "words", "meaning", "type", "counts", "unit")
FINDINGS = ("chapter", "name", "headline", "sentence", "n", "unit", "figure", "table")


def archive(site: Site) -> bytes:
    """Return the ZIP file: what was published, the findings, the dictionary and what it all is."""
    files = {path: (site.folder / path).read_bytes() for path in _published(site)}
    findings = list(_findings(site))
    dictionary = list(_dictionary(site))
    files |= {
        "README.txt": _about(site).encode(),
        "findings.csv": _csv(FINDINGS, findings),
        "findings.json": _json(findings),
        "dictionary.csv": _csv(COLUMNS, dictionary),
        "dictionary.json": _json(dictionary),
    }
    assert files.keys() - set(_published(site)) == MADE
    return zipped({f"{site.facts['edition']}/{path}": content for path, content in files.items()})


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return files as a ZIP file that depends on nothing else: sorted, of one time, stored as they are."""
    whole = BytesIO()
    with ZipFile(whole, "w", ZIP_STORED) as parcel:
        for path, content in sorted(files.items()):
            member = ZipInfo(path, EARLIEST)
            member.create_system, member.external_attr = 3, 0o644 << 16  # as on Unix, on every machine
            parcel.writestr(member, content)
    return whole.getvalue()


def _published(site: Site) -> list[str]:
    """Return the files that left the gate and are for readers: not what stands beside a table for machines."""
    files = (path for thing in site.things for path in thing.note.get("files", ()))
    return sorted({path for path in files if path.endswith(PUBLISHED)})


def _findings(site: Site) -> Iterator[Row]:
    for thing in (thing for thing in site.things if thing.kind == "finding"):
        note = thing.note
        said = {part: str(from_data(note[part])) for part in ("headline", "sentence") if note.get(part)}
        where = {name: note.get(name, "") for name in ("figure", "table")}
        unit = term(str(note.get("unit") or ""))
        yield {"chapter": thing.stem, "name": thing.name, "headline": "", **said, "n": note["n"], "unit": unit, **where}


def _dictionary(site: Site) -> Iterator[Row]:
    """Give a row for each column of each table, data of figures included."""
    for thing in site.things:
        path = str(thing.note.get("data" if thing.kind == "figure" else "path", ""))
        if path.endswith(".csv"):
            depends = [thing.kind, thing.name, thing.chapter.title, thing.note]
            yield from kept(SYMBOL, depends, partial(_columns, site, thing, path))


def _columns(site: Site, thing: Thing, path: str) -> list[Row]:
    frame = read_csv(site.folder / path, keep_default_na=False, na_values=[""], dtype={SUPPRESSED: str})
    about = json.loads((site.folder / path).with_suffix(".json").read_text("utf8"))
    of: Row = {"file": path, "caption": str(thing.note["caption"]), "chapter": thing.chapter.title}
    of |= {"figure": thing.name if thing.kind == "figure" else "", "rows": len(frame)}
    disclosure = str(site.facts.get("disclosure", "default"))
    return [{**of, **column} for column in columns_of(frame, about.get("counts", ()), disclosure)]


def _about(site: Site) -> str:
    """Return what the file is, for who finds it without its pages."""
    identity = identity_of(site.facts, {})
    made_up = text("SYNTHETIC DATA") if site.facts.get("synthetic") else ""
    rows = {
        text("Edition"): site.facts["edition"],
        text("Publisher"): identity.publisher,
        text("Status"): identity.status,
        text("Licence"): identity.licence,
        text("Contact"): identity.contact,
        text("Permanent address"): identity.address,
        text("Disclosure profile"): site.facts.get("disclosure", "default"),
        "dictionary.csv": text("what the columns of every table hold, what they count and in which unit"),
        "findings.csv": text("every finding, with the number of persons behind it"),
    }
    lines = [f"{name}: {value or text('not stated')}" for name, value in rows.items()]
    return "\n".join([*filter(None, [identity.title, made_up]), "", *lines, ""])


def _csv(columns: Sequence[str], rows: Sequence[Row]) -> bytes:
    written = StringIO()
    writer = csv.DictWriter(written, columns, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows({name: harmless(value) for name, value in row.items()} for row in rows)
    return written.getvalue().encode()


def _json(rows: Sequence[Row]) -> bytes:
    return (json.dumps(rows, indent=1, ensure_ascii=False) + "\n").encode()
