"""What the checker of a secure environment gets: the tables of an edition, each with its counts, and an overview.

A checker looks at numbers one table at a time: nothing here is a page or a picture, of which only the data behind it
are numbers; and nothing tells how or from what files they were made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.disclosure import DOMINATED, SUPPRESSED, Gated, Profile, profile
from analysis.language import SOURCE, speaking, text
from analysis.publish.spreadsheet import read_csv, write_xlsx
from analysis.publish.tables import COUNTED, write_csv
from analysis.run import manifest
from analysis.run.hashes import sha256
from analysis.run.release import content_of, machine_of, new_folder, refuse_folder, refuse_machine, write

OVERVIEW, RULES, FILES = "overview", "rules.txt", "files.txt"


def export(edition: Path, to: Path, root: Path) -> list[str]:
    """Write the tables of a published edition and an overview of them into a folder of its own; return its files.

    Each table is a CSV and a spreadsheet as they passed the gate, with the columns that count beside what rests on
    them; a figure is its data. The overview says what of a table is withheld and why, and names tables and figures
    that are withheld whole. The folder appears whole or not at all.

    Parameters
    ----------
    edition : A published edition.
    to : A new or empty folder, or one that an earlier call wrote.
    root : The folder of the project: no file may name it, nor anything else of this machine.

    Raises
    ------
    InputError
        When there is no published edition, or `to` holds anything but what an earlier call wrote.
    StaatError
        When a file is missing or is not the one that passed the gate, or names something of this machine.
    """
    recorded = manifest.read(edition)
    refuse_folder(to, edition, _is_ours)
    machine = machine_of({root, edition, to})
    with new_folder(to, "exporting") as building:
        with speaking(recorded["facts"].get("language", SOURCE)):
            _write_all(building, edition, recorded)
        files = sorted(path.relative_to(building).as_posix() for path in building.rglob("*") if path.is_file())
        listed = "".join(f"{sha256(building / path)}  {path}\n" for path in files)
        write(building / FILES, listed.encode())
        for path in (*files, FILES):
            refuse_machine(path, (building / path).read_bytes(), machine)
    return [*files, FILES]


def _write_all(building: Path, edition: Path, recorded: Mapping[str, Any]) -> None:
    facts = recorded["facts"]
    rules, overview = profile(facts.get("disclosure", "default")), []
    for stem, note in _tables(recorded):
        for kind in ("csv", "xlsx"):
            path = f"{note['table']}.{kind}"
            content = content_of(edition, path, str(recorded["outputs"].get(path, "")))
            write(building / stem / Path(path).name, content)
        overview.append(_told(building, stem, note, rules))
    overview += [_not_there(step["stem"], note) for step in recorded["steps"] for note in step.get("withheld", ())]
    told = pd.DataFrame(overview, columns=COLUMNS)
    made_up = "SYNTHETIC: made up, about no real child or school" if facts.get("synthetic") else "real"
    about = {"edition": recorded["edition"], "data": made_up, "profile": rules.name, "rules": rules.rule}
    write(building / RULES, "".join(f"{name}: {words}\n" for name, words in about.items()).encode())
    write_csv(told, building / f"{OVERVIEW}.csv")
    signs = pd.DataFrame("", index=told.index, columns=told.columns, dtype=object)
    write_xlsx(Gated(told, signs), building / f"{OVERVIEW}.xlsx", about)


def _tables(recorded: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the tables of an edition, and the data of its figures, with the chapters they are of."""
    for step in recorded["steps"]:
        for note in step["published"]:
            address = note["path"] if note["kind"] == "table" else note["data"]
            yield step["stem"], {**note, "table": address.removesuffix(".csv")}


def _told(folder: Path, stem: str, note: Mapping[str, Any], rules: Profile) -> dict[str, Any]:
    """Return what the overview says of a table."""
    path = folder / stem / f"{Path(note['table']).name}.csv"
    frame = read_csv(path, keep_default_na=False, na_values=[""], dtype={SUPPRESSED: str})
    shown = frame.drop(columns=SUPPRESSED, errors="ignore")
    counts = [rule["column"] for rule in note["rules"] if rule["rule"] == "smallest" and rule["column"] in shown]
    keys = [name for name in shown if name not in counts and not pd.api.types.is_float_dtype(shown[name])]
    numbers = {name: pd.to_numeric(shown[name], errors="coerce") for name in counts}
    rules = rules.on(counts)
    return {
        "table": f"{stem}/{path.stem}",
        "title": note["caption"],
        "kind": note["kind"],
        "row": ", ".join(map(str, keys)),
        "rows": len(frame),
        "variables": "; ".join(map(str, shown.columns)),
        "unit": "; ".join(f"{name}: {_unit(name, rules)}" for name in counts) or text("counts nobody"),
        "n": "; ".join(f"{name}: {n.max():.0f}" for name, n in numbers.items() if n.notna().any()),
        "smallest_cell": "; ".join(f"{name}: {n[n > 0].min():.0f}" for name, n in numbers.items() if (n > 0).any()),
        "least_allowed": "; ".join(f"{name}: {rules.threshold(name)}" for name in counts),
        "withheld_cells": int(note["suppressed"]),
        "why": "; ".join(_why(rule) for rule in note["rules"] if rule.get("cells")),
        "rules": "; ".join(dict.fromkeys(f"{rule['rule']}: {rule['verdict']}" for rule in note["rules"])),
    }


COLUMNS = (
    *("table", "title", "kind", "row", "rows", "variables", "unit", "n", "smallest_cell", "least_allowed"),
    *("withheld_cells", "why", "rules"),
)


def _not_there(stem: str, note: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the overview says of what is withheld whole."""
    about = {"table": f"{stem}/{note['name']}", "title": note["caption"], "kind": note["kind"], "rows": 0}
    return {**dict.fromkeys(COLUMNS, ""), **about, "withheld_cells": "all", "why": note["withheld"]}


def _why(rule: Mapping[str, Any]) -> str:
    """Say why a rule has withheld cells."""
    if rule["rule"] == "smallest":
        said = text("{cells:,} withheld: fewer than {limit}", cells=rule["cells"], limit=rule["limit"])
        return f"{rule['column']}: {said}"
    if rule["rule"] == DOMINATED:
        return text("Withheld because one or two contributors make up most of it.")
    return text("Withheld because it rests on a withheld cell, or would give one away.")


def _unit(column: str, rules: Profile) -> str:
    known = COUNTED.get(column.removeprefix("n_"))
    return str(known) if known else rules.unit(column) or "clusters"


def _is_ours(folder: Path) -> bool:
    """Return whether a folder is as an earlier call has left it."""
    with suppress(OSError, ValueError):
        lines = (folder / FILES).read_text("utf8").splitlines()
        listed = {path: digest for digest, _, path in (line.partition("  ") for line in lines)}
        files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
        return files == {*listed, FILES} and all(sha256(folder / path) == digest for path, digest in listed.items())
    return False
