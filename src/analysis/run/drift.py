"""Where installed packages are not those of requirements.lock: said once, recorded, refused where they compute."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from analysis.errors import InputError
from analysis.run.environment import installed

COMPUTES = frozenset({"numpy", "scipy", "pandas", "statsmodels", "linearmodels"})
"""Packages that published numbers come from: another version may give others."""

_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)\s*(?:;\s*(.*?))?\s*\\?$", re.MULTILINE)
_NAME = re.compile(r"^[A-Za-z0-9._-]+")
Drift = Mapping[str, tuple[str | None, str]]
"""By package, the version that is installed (None for a package that is gone) and that of the lock."""


def drift(root: Path, present: Mapping[str, str] | None = None) -> Drift:
    """Return where the installed packages differ from the lock of a project; nothing where it has none.

    A package is gone when the project itself asks for it: what only tests or JupyterLab need, an office may do without.
    """
    lock = root / "requirements.lock"
    if not lock.is_file():
        return {}
    here = {_normal(name): version for name, version in (installed() if present is None else present).items()}
    lines = [(_normal(name), version, marker) for name, version, marker in _LOCKED.findall(lock.read_text("utf8"))]
    other = [(name, version) for name, version, marker in lines if here.get(name) != version and _holds(marker)]
    asked = _asked(root) if any(name not in here for name, _ in other) else frozenset()
    return {name: (here.get(name), version) for name, version in sorted(other) if name in here or name in asked}


def told(found: Drift) -> list[str]:
    """Return one line for each package."""
    return [
        f"environment: {name} {_version(here)}, requirements.lock has {locked}"
        for name, (here, locked) in found.items()
    ]


def recorded(found: Drift) -> dict[str, dict[str, str | None]]:
    """Return the same for the manifest."""
    return {name: {"installed": here, "locked": locked} for name, (here, locked) in found.items()}


def refuse(found: Drift) -> None:
    """Refuse to publish with other versions of what computes; InputError with what to do."""
    computing: Sequence[str] = [name for name in found if name in COMPUTES]
    if computing:
        named = "; ".join(f"{name} {_version(found[name][0])}, not {found[name][1]}" for name in computing)
        hint = (
            "install the locked versions: make install, or pip install --require-hashes -r requirements.lock; "
            "or go on with --other-versions, and the pages say so"
        )
        raise InputError("environment", f"what computes is not as requirements.lock has it: {named}", hint=hint)


def _version(here: str | None) -> str:
    return "is not installed" if here is None else f"{here} is installed"


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _asked(root: Path) -> frozenset[str]:
    pyproject = root / "pyproject.toml"
    if not pyproject.is_file():
        return frozenset()
    project = tomllib.loads(pyproject.read_text("utf8")).get("project", {})
    names = (_NAME.match(line) for line in project.get("dependencies", ()))
    return frozenset(_normal(name[0]) for name in names if name)


def _holds(marker: str) -> bool:
    """Return whether what a line of the lock says of Python and the system holds here."""
    if not marker:
        return True
    from packaging.markers import Marker

    return Marker(marker).evaluate()
