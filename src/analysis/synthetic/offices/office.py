"""An office: its files, the mapping that makes tables of them, and the edition that runs on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.data.export import STAMP, Writer, text, write_files
from analysis.synthetic.offices.files import LABEL, as_yaml

FOLDER = "registers"
"""The folder of the files, seen from the params file."""
SOURCE = ("schoolweging_year",)
"""What the block `data` of the synthetic edition says that holds for own data too."""

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Office:
    """What an office holds of a world, and how it is read.

    Parameters
    ----------
    files : By path within the folder of the registers, what writes the file.
    intake : The mapping, but for its name.
    notes : What this form is and what it cannot carry, a paragraph each.
    chapters : The blocks of the edition that the form has data for; None for all.
    reference : The world as this form carries it, in the form of the contract; None where it carries all of it.
    """

    files: Mapping[str, Writer]
    intake: Mapping[str, Any]
    notes: Sequence[str]
    chapters: Sequence[str] | None = None
    reference: Office | None = None


def write_office(folder: Path, office: Office, form: str, edition: Mapping[str, Any]) -> list[Path]:
    """Write the files of an office, its mapping, the params file of an edition on them, and a README.

    Parameters
    ----------
    folder : Where to write; it must be empty or not exist.
    office : What is written.
    form : Its name, which the mapping bears, and the new edition behind that of the old one.
    edition : The parameters of the synthetic edition, as its file has them.

    Returns
    -------
    list of Path : The files written.
    """
    return write_files(folder, _contents(office, form, edition))


def params_of(edition: Mapping[str, Any], form: str, chapters: Sequence[str] | None) -> dict[str, Any]:
    """Return the parameters of the same edition on the files of an office.

    Parameters
    ----------
    edition : The parameters of the synthetic edition.
    form : Name of the form; also that of the mapping.
    chapters : Blocks that are kept beside what is not a block; None for all.
    """
    data = edition["data"]
    own = {
        "source": "own",
        "intake": form,
        "folder": FOLDER,
        "synthetic": True,
        **{key: data[key] for key in SOURCE if key in data},
    }
    kept = {
        key: value
        for key, value in edition.items()
        if chapters is None or not isinstance(value, Mapping) or key in ("codes", "timeouts", "data", *chapters)
    }
    return kept | {"edition": f"{edition['edition']}-{form}", "data": own}


def _contents(office: Office, form: str, edition: Mapping[str, Any]) -> dict[str, Writer]:
    params = params_of(edition, form, office.chapters)
    contents = {
        "README.md": text(_readme(office, params["edition"], edition["edition"])),
        "params.yml": text(as_yaml(params)),
        f"intake/{form}.yml": text(as_yaml({"intake": form, "synthetic": True, **office.intake})),
        f"{FOLDER}/{LABEL}": text(f"{STAMP}\n"),
        **{f"{FOLDER}/{path}": write for path, write in office.files.items()},
    }
    if office.reference:
        of_reference = _contents(replace(office.reference, chapters=office.chapters), f"{form}-reference", edition)
        contents |= {f"reference/{path}": write for path, write in of_reference.items()}
    return contents


def _readme(office: Office, name: str, edition: str) -> str:
    files = [f"- `{FOLDER}/{path}`" for path in sorted(office.files)]
    lines = [
        f"# {STAMP}",
        f"The world of the edition {edition} as an office would hold it, with what reads it.",
        *office.notes,
        "- `params.yml`: the edition " + name + ", which runs on these files: `staat run params.yml`.\n"
        "- `intake/`: the mapping, from columns of the files to tables of the project.\n" + "\n".join(files),
    ]
    return "\n\n".join(lines) + "\n"
