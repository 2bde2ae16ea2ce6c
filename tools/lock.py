"""Resolve the dependencies of pyproject.toml anew, into requirements.lock and environment.yml alike.

Needs `uv` on the path (any way of installing it will do); nothing else in the project does.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCK, ENVIRONMENT = ROOT / "requirements.lock", ROOT / "environment.yml"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)(?: *; *([^\\]*?))? *\\?$", re.MULTILINE)

HEADER = """\
# For conda users: the same versions as requirements.lock (`make lock` writes both, a test keeps them equal).
#   conda env create -f environment.yml && conda activate staat && pip install --no-build-isolation --no-deps -e .
# Python and pip come from conda, the packages from PyPI: so the versions are those of the lock, to the last digit.
name: staat
channels:
  - conda-forge
dependencies:
  - python =3.11
  - pip
  - pip:
"""


def resolve() -> None:
    """Write requirements.lock: exact versions with hashes, for every platform, without addresses."""
    words = "uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --upgrade --quiet"
    options = "--generate-hashes --no-header --no-annotate --no-emit-index-url --output-file requirements.lock"
    subprocess.run([*words.split(), *options.split()], cwd=ROOT, check=True)  # noqa: S603 - fixed words


def locked() -> list[tuple[str, str, str]]:
    """Return name, version and environment marker of every locked package."""
    return [(name, version, marker or "") for name, version, marker in PINNED.findall(LOCK.read_text("utf8"))]


def asked_for() -> set[str]:
    """Return the names of the packages that pyproject.toml itself asks for, without those for development."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]
    extras = [of for name, of in project["optional-dependencies"].items() if name != "dev"]
    return {re.split(r"[=<>~! ]", requirement)[0] for of in (project["dependencies"], *extras) for requirement in of}


def environment() -> str:
    """Return environment.yml: what the project itself asks for first, then what that brings along."""
    first = asked_for()
    lines = {True: [], False: []}  # type: dict[bool, list[str]]
    for name, version, marker in locked():
        lines[name in first].append(f"      - {name}=={version}" + (f" ; {marker}" if marker else ""))
    quoted = {asked: [_quoted(line) for line in found] for asked, found in lines.items()}
    titles = "      # asked for by the project", "      # what that brings along, and what tests need"
    return "\n".join([HEADER.rstrip(), titles[0], *quoted[True], titles[1], *quoted[False], ""])


def _quoted(line: str) -> str:
    """Quote what YAML would misread: a marker holds quotes and semicolons."""
    indent, _, requirement = line.partition("- ")
    return line if ";" not in requirement else f'{indent}- "{requirement.replace(chr(34), chr(39))}"'


def main() -> None:
    """Write both files; with the argument `environment`, only environment.yml from the lock as it is."""
    if sys.argv[1:] != ["environment"]:
        resolve()
    ENVIRONMENT.write_text(environment(), "utf8")


if __name__ == "__main__":
    main()
