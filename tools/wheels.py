"""List what a run needs, for machines whose packages somebody else installs, and fetch the wheels for Windows.

``python tools/wheels.py DIR`` writes one list twice: ``requirements-slim.txt`` for pip and ``environment-slim.yml``
for conda. With ``--download`` the wheels for Windows, Python 3.11, come beside it, and what has none is named.
The versions are those of requirements.lock; what brings what along is read from the packages that are installed here.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from lock import ROOT, locked
from packaging.markers import Marker, default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

EXTRAS = ("sav",)
TO_INSTALL = ("hatchling", "editables")  # what `pip install --no-build-isolation --no-deps -e .` asks for
PLATFORM, PYTHON = "win_amd64", "3.11.9"
# What markers are asked about: the machine that the list is for, not this one.
WINDOWS = {
    "sys_platform": "win32",
    "platform_system": "Windows",
    "os_name": "nt",
    "platform_machine": "AMD64",
    "python_version": "3.11",
    "python_full_version": PYTHON,
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
}
HEADER = """\
# What `staat run` needs, without JupyterLab and Dask; `make wheels` writes it from requirements.lock.
name: staat-slim
channels:
  - conda-forge
dependencies:
  - python =3.11
  - pip
  - pip:
"""


def slim(machine: Mapping[str, str]) -> dict[str, str]:
    """Return the version of every package that a run needs, by name; `machine` is what markers are asked about."""
    names = closure([*_asked_for(), *TO_INSTALL], machine)
    versions = {
        canonicalize_name(name): version
        for name, version, marker in locked()
        if not marker or Marker(marker).evaluate(dict(machine))
    }
    unknown = sorted(names - versions.keys())
    if unknown:
        sys.exit(f"requirements.lock has no version of: {', '.join(unknown)}; make lock")
    return {name: versions[name] for name in sorted(names)}


def closure(asked: Iterable[str], machine: Mapping[str, str]) -> set[str]:
    """Return the names of packages and of all that they bring along on a machine.

    A package that is not installed here, such as one of another system, is taken to bring nothing; the lock says
    what else there is.
    """
    waiting, seen = [Requirement(text) for text in asked], set[tuple[str, str]]()
    while waiting:
        wanted = waiting.pop()
        for extra in ("", *wanted.extras):
            key = canonicalize_name(wanted.name), extra
            if key not in seen:
                seen.add(key)
                waiting += [each for each in _brings(wanted.name) if _holds(each, {**machine, "extra": extra})]
    return {name for name, _ in seen}


def _brings(name: str) -> list[Requirement]:
    try:
        return [Requirement(text) for text in requires(name) or ()]
    except PackageNotFoundError:
        return []


def _holds(wanted: Requirement, machine: dict[str, str]) -> bool:
    return wanted.marker is None or wanted.marker.evaluate(machine)


def _asked_for() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]
    return [*project["dependencies"], *(text for name in EXTRAS for text in project["optional-dependencies"][name])]


def write(folder: Path, versions: Mapping[str, str]) -> Path:
    """Write both forms of the list, and return that for pip."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{name}=={version}" for name, version in versions.items()]
    listed = folder / "requirements-slim.txt"
    listed.write_text("".join(f"{line}\n" for line in lines), "utf8", newline="\n")
    conda = HEADER + "".join(f"      - {line}\n" for line in lines)
    (folder / "environment-slim.yml").write_text(conda, "utf8", newline="\n")
    return listed


def download(folder: Path, listed: Path) -> list[str]:
    """Fetch the wheels for Windows, and return the packages of which none can be had."""
    if not _fetched(folder, ["-r", str(listed)]):
        return []
    lines = listed.read_text("utf8").split()
    return [line for line in lines if _fetched(folder, [line])]


def _fetched(folder: Path, what: list[str]) -> str:
    """Fetch, and return what pip complains of; nothing when all is there."""
    words = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]
    target = ["--platform", PLATFORM, "--python-version", PYTHON, "--implementation", "cp", "--dest", str(folder)]
    done = subprocess.run([sys.executable, *words, *target, *what], capture_output=True, check=False, encoding="utf8")  # noqa: S603 - pip of this interpreter
    return re.sub(r"\s+", " ", done.stderr or "pip failed") if done.returncode else ""


def main() -> None:
    """Write the list, and with ``--download`` fetch what is on it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder", type=Path)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--download", action="store_true", help="fetch the wheels, too")
    what.add_argument("--here", action="store_true", help="list for this machine instead of one with Windows")
    given = parser.parse_args()
    versions = slim({**default_environment()} if given.here else WINDOWS)
    listed = write(given.folder, versions)
    sys.stdout.write(f"{listed}: {len(versions)} packages\n")
    if given.download:
        missing = download(given.folder, listed)
        sys.stdout.write(f"{len(list(given.folder.glob('*.whl')))} wheels for {PLATFORM}\n")
        if missing:
            sys.exit(f"no wheel for {PLATFORM}: {', '.join(missing)}")


if __name__ == "__main__":
    main()
