"""What was released, for good: the counts of every edition, kept inside after its folder is gone.

Below the outputs is ``.released/``, one file per release, for its owner alone: of each table that counts somebody its
keys and its counts as they were published, with what decides which persons it may be about. Nobody can take back a
number that was once released, so a later edition is compared with all of them.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.disclosure import SUPPRESSED, Linked
from analysis.disclosure.linkage.layers import PublishedTable
from analysis.run import private
from analysis.run.whole import write_whole

FOLDER = ".released"
FILE = ("internal", "records", "released.json.gz")
COMPARED = ("internal", "records", "compared.json")
"""Names of the files of the ledger that an edition was compared with: a repetition is compared with the same."""

TIME = frozenset({"school_year", "schooljaar", "year", "jaar", "cohort"})
UNREADABLE = (OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, gzip.BadGzipFile)


def described(edition: Mapping[str, Any], own: Mapping[str, str], tables: Iterable[PublishedTable]) -> str:
    """Return what an edition releases, its tables as published, as JSON.

    `edition` has its ``edition``, ``facts`` and ``parameters``; `own` the digest of each table as its chapter wrote it:
    the same table again reveals nothing new.
    """
    release = {
        "edition": edition["edition"],
        "population": population(edition),
        "school_years": edition["facts"].get("school_years"),
        "own": dict(own),
        "tables": {table.name: described_table(table) for table in tables},
    }
    return json.dumps(release, ensure_ascii=False, sort_keys=True)


def write(folder: Path, release: str) -> None:
    """Write inside an edition what it releases."""
    path = folder.joinpath(*FILE)
    private.make(path.parent)
    with open(path, "wb", opener=private.opener) as file:
        file.write(gzip.compress(release.encode(), mtime=0))


def enter(folder: Path, outputs: Path) -> None:
    """Enter the release of an edition in the ledger below the outputs; one that is there already is left."""
    path = folder.joinpath(*FILE)
    if path.exists():
        content = path.read_bytes()
        ledger = private.make(outputs / FOLDER)
        entry = ledger / f"{hashlib.sha256(content).hexdigest()[:32]}.json.gz"
        if not entry.exists():
            with open(entry, "wb", opener=private.opener) as file:
                file.write(content)


def before(
    folder: Path, edition: Mapping[str, Any], own: Mapping[str, str], outputs: Path, notices: list[str]
) -> Iterator[PublishedTable]:
    """Yield the tables of earlier releases that a new edition must agree with, and note which releases these are.

    A release that cannot be read is set aside, with a line in `notices`; see `described` for `edition` and `own`.
    """
    for path in sorted(outputs.glob("[!.]*/" + "/".join(FILE))):
        with suppress(OSError):  # of an edition that may not be read the ledger holds what was released
            enter(path.parents[2], outputs)
    used: list[str] = []
    for path in sorted((outputs / FOLDER).glob("*.json.gz")):
        try:
            tables = read(path, edition, own)
        except UNREADABLE as error:
            aside = path.with_suffix(".unreadable")
            path.replace(aside)
            notices.append(f"{aside}: a release that cannot be read ({type(error).__name__}); it is not compared with")
            continue
        if tables:
            used.append(path.name)
        yield from tables
    write_whole(folder.joinpath(*COMPARED), json.dumps(used) + "\n")


def read(path: Path, edition: Mapping[str, Any], own: Mapping[str, str]) -> list[PublishedTable]:
    """Return the tables of a release with which a new edition must be compared; none if it is about others."""
    release = json.loads(gzip.decompress(path.read_bytes()))
    if release["population"] != population(edition):
        return []
    same_time = release["school_years"] == edition["facts"].get("school_years")
    return list(_tables(release, own, same_time=same_time))


def _tables(release: Mapping[str, Any], own: Mapping[str, str], *, same_time: bool) -> Iterator[PublishedTable]:
    for name, table in release["tables"].items():
        again = release["own"].get(name) == own.get(name)
        if name in own and not again and (same_time or TIME & {*table["keys"]}):
            text = dict.fromkeys((*table["keys"], SUPPRESSED), str)
            frame = pd.read_csv(io.StringIO(table["csv"]), dtype=text)
            linked = table["linked"]
            whole = {column: (part, key) for column, (part, key) in linked["whole"].items()}
            yield PublishedTable(
                f"{release['edition']}: {name}",
                frame,
                tuple(table["counts"]),
                tuple(table["keys"]),
                None,
                Linked(linked["totals"], linked["same"], whole, tuple(linked.get("labels", ()))),
            )


def described_table(table: PublishedTable) -> dict[str, Any]:
    """Return what is kept of a table: its keys, its counts as published, and what is declared of them."""
    columns = [*table.keys, *table.counts, *table.frame.columns.intersection([SUPPRESSED])]
    csv = table.frame[columns].to_csv(index=False, lineterminator="\n")
    return {"csv": csv, "counts": list(table.counts), "keys": list(table.keys), "linked": asdict(table.linked)}


def population(edition: Mapping[str, Any]) -> list[Any]:
    """Return what decides whether two editions can be about the same persons; made-up worlds have none in common."""
    facts, parameters = edition.get("facts", {}), edition.get("parameters", {})
    region = "".join(str(facts.get("region", "")).split()).casefold()
    if not facts.get("synthetic"):
        return [region, False]
    worlds = [json.dumps(parameters.get(block), sort_keys=True) for block in ("data", "country")]
    return [region, True, parameters.get("seed"), *worlds]
