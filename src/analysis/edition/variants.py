"""A variant: an edition with some parameters set otherwise, under a name of its own beside it.

``ci+school_choice.age=5`` is the variant of ``ci`` in which that is set. What ``--set`` makes never takes the place of
an edition that is published, unless its user says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.errors import InputError
from analysis.run.hashes import digest

if TYPE_CHECKING:
    from analysis.edition.model import Edition

LONGEST = 80
"""Characters of what stands behind the plus: a folder and its files must have room in a path."""
GIVEN = re.compile(r"[a-z0-9][a-z0-9._=-]*")


@dataclass(frozen=True)
class Naming:
    """How an edition with settings is named."""

    name: str = ""  # as its user calls the variant; empty for the settings themselves
    replace: bool = False  # whether it takes the place of the edition itself

    def __post_init__(self) -> None:
        if self.name and self.replace:
            raise InputError(
                "--as, --replace", "one gives a name, the other takes the edition's own", hint="one of them"
            )
        given = self.name.rpartition("+")[2]
        if self.name and not GIVEN.fullmatch(given):
            allowed = "lower-case letters, digits, . _ = -"
            raise InputError(f"--as {self.name}", "is no name of a variant", allowed=allowed)

    @property
    def words(self) -> tuple[str, ...]:
        """What to type for it."""
        return ("--replace",) if self.replace else ("--as", self.name) if self.name else ()


OWN_NAME = Naming()


def named(edition: Edition, plain: Edition | None, settings: Sequence[str], naming: Naming) -> Edition:
    """Return an edition with settings under the name of the variant that it is.

    Parameters
    ----------
    edition : As its params file and the settings have it.
    plain : As its file alone has it; None where that is no edition.
    settings, naming : As typed.
    """
    changed = plain is None or edition.recorded() != plain.recorded()
    if naming.replace or not settings or not (changed or naming.name):
        return edition
    behind = naming.name.rpartition("+")[2] or slug(settings)
    return edition.model_copy(update={"edition": f"{edition.edition}+{behind}"})


def slug(settings: Sequence[str]) -> str:
    """Return settings as part of a name; what a name cannot hold is told apart by a digest."""
    plain = [re.sub(r"[^a-z0-9._=-]+", "-", setting.lower()).strip("-") for setting in settings]
    joined = "+".join(plain)
    if plain != list(settings) or len(joined) > LONGEST:
        return f"{joined[: LONGEST - 9].rstrip('+')}-{digest(repr(sorted(settings)))[:8]}"
    return joined
