"""Files as Dutch offices have them: CSV of a spreadsheet, `.sav` of SPSS, YAML; the same frame gives the same bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from analysis.data.export import Writer
from analysis.errors import InputError

LABEL = "SYNTHETIC"
"""What a `.sav` file bears as its label, and the name of the file that marks a folder."""
SEPARATOR, DECIMAL, ENCODING = ";", ",", "cp1252"
YES, NO = "J", "N"
DAY_FIRST = "%d-%m-%Y"
PLAIN = re.compile(r"(?!(?:yes|no|on|off|true|false|null|nan|inf(?:inity)?|[yn])$)[A-Za-z][\w ./-]*", re.IGNORECASE)
CREATED = slice(92, 109)
"""Where the header of a `.sav` file has the date and time at which it was made."""


def semicolons(frame: pd.DataFrame) -> Writer:
    """Return what writes a frame as a Dutch spreadsheet saves it: ``;``, decimal comma, J and N, code page 1252.

    Numbers keep the digits that make them the same number again; what is missing is an empty field.
    """
    return partial(_write_semicolons, frame)


def sav(frame: pd.DataFrame, labels: Mapping[str, Mapping[str, str]] | None = None) -> Writer:
    """Return what writes a frame of texts and numbers as a `.sav` file that says that it is synthetic.

    Parameters
    ----------
    frame : Texts as they are, blanks in front too; numbers are stored as such.
    labels : By column, what its codes are called; a reader that applies them loses the codes.
    """
    return partial(_write_sav, frame, labels or {})


def as_yaml(content: Mapping[str, Any]) -> str:
    """Return a mapping as YAML: every text that is not a plain word in quotes, the innermost level in one line."""
    return yaml.dump(
        dict(content), Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=None, width=120
    )


def _write_semicolons(frame: pd.DataFrame, path: Path) -> None:
    written = pd.DataFrame({name: _written(frame[name]) for name in frame})
    written.to_csv(path, index=False, sep=SEPARATOR, encoding=ENCODING, lineterminator="\r\n")


def _written(column: pd.Series[Any]) -> pd.Series[Any]:
    if pd.api.types.is_bool_dtype(column):
        return column.map({True: YES, False: NO})
    if pd.api.types.is_datetime64_any_dtype(column):
        days: pd.Series[Any] = column.dt.strftime(DAY_FIRST)
        return days
    if pd.api.types.is_float_dtype(column):
        digits = [None if number != number else repr(number).replace(".", DECIMAL) for number in column.tolist()]
        return pd.Series(digits, index=column.index, dtype=object)
    return column


def _write_sav(frame: pd.DataFrame, labels: Mapping[str, Mapping[str, str]], path: Path) -> None:
    try:
        import pyreadstat
    except ImportError:
        raise InputError(
            "pyreadstat", "is not installed, and writes .sav files", hint="pip install staat[sav]"
        ) from None
    value_labels: Any = {name: {**codes} for name, codes in labels.items()}
    pyreadstat.write_sav(frame, str(path), file_label=LABEL, variable_value_labels=value_labels)
    content = bytearray(path.read_bytes())
    content[CREATED] = b"01 OCT 1900:00:00"  # else two runs differ in nothing but the time
    path.write_bytes(content)


class _Dumper(yaml.SafeDumper):
    """Writes what `plain_yaml` reads as it was: without anchors, and with quotes round what it takes for numbers."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401, ARG002 - as PyYAML calls it
        return True


def _quoted(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if PLAIN.fullmatch(text) and not text.endswith(" ") else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _quoted)
_Dumper.add_representer(tuple, yaml.SafeDumper.represent_list)
