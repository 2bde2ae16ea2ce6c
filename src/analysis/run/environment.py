"""What of a machine changes a result besides code and data: installed packages, and what a user has set."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from analysis.run.hashes import digest, sha256

DISTRIBUTION = ".dist-info"
OWN = Path(__file__).parents[2]
# What libraries read when they are loaded, or shells hand on: threads and processors of linear algebra, the looks of
# pictures, the language and the clock, the start-up of IPython and Jupyter, the width of a terminal.
_SETTING = re.compile(
    r"(OMP|KMP|GOMP|OPENBLAS|GOTO|MKL|BLIS|VECLIB|NUMEXPR|NUMBA|NPY|PANDAS|ARROW|LC|IPYTHON|JUPYTER)_|MPL|MATPLOTLIB"
    r"|(IPYTHONDIR|LANG|LANGUAGE|TZ|TZDIR|SOURCE_DATE_EPOCH|COLUMNS|LINES|NO_COLOR|FORCE_COLOR)$"
)
_NO_SETTING = ("MPLCONFIGDIR",)  # where fonts are listed; its matplotlibrc is not read
_OF_PYTHON = ("PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "PYTHONNOUSERSITE", "PYTHONDONTWRITEBYTECODE")


def without_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without the variables by which a user's settings would change a result."""
    return {name: value for name, value in environment.items() if not _is_setting(name)}


def with_own_code(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which Python finds the code that runs here, also where it was started from its folder.

    Python then looks there first, and a kernel, which is started elsewhere, would execute the code that is installed,
    while the key of its step is of this code.
    """
    if Path(sys.path[0]).resolve() != OWN:
        return dict(environment)
    others = [entry for entry in environment.get("PYTHONPATH", "").split(os.pathsep) if entry]
    return {**environment, "PYTHONPATH": os.pathsep.join([str(OWN), *others])}


def _is_setting(name: str) -> bool:
    if name.startswith("PYTHON"):
        return name not in _OF_PYTHON
    return bool(_SETTING.match(name)) and name not in _NO_SETTING


@cache
def installed() -> dict[str, str]:
    """Return the version of every package that is installed, by name, and digests of what can take its place.

    That is the code that Python runs at its start, and the modules on PYTHONPATH. Names and versions are those of the
    folders that pip writes: to read what they hold would take longer than an edition that is up to date. A package
    that was edited where it is installed is not seen.
    """
    folders = dict.fromkeys(Path(entry) for entry in sys.path if entry)
    packages = dict(pair for folder in folders for pair in _in_folder(folder))
    before = [Path(entry) for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    packages |= dict(pair for folder in reversed(before) for pair in _modules(folder))
    return dict(sorted(packages.items()))


def _in_folder(folder: Path) -> Iterator[tuple[str, str]]:
    for path in folder.glob(f"*{DISTRIBUTION}"):
        name, _, version = path.name.removesuffix(DISTRIBUTION).rpartition("-")
        yield name, version
    for path in folder.glob("*.pth"):
        executed = [line for line in path.read_text("utf8", errors="replace").splitlines() if line.startswith("import")]
        if executed:  # the other lines name folders, which differ from machine to machine
            yield path.name, digest("\n".join(executed))
    for path in (folder / "sitecustomize.py", folder / "usercustomize.py"):
        if path.is_file():
            yield path.name, sha256(path)


def _modules(folder: Path) -> Iterator[tuple[str, str]]:
    """Give the modules in a folder that Python looks into before those that are installed."""
    if folder.resolve() != OWN:
        for path in folder.glob("*.py"):
            yield path.name, sha256(path)
        for path in folder.glob("*/__init__.py"):
            yield path.parent.name, sha256(path)
