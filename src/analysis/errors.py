"""The few ways in which a run can end badly, each with its exit code and a message that says what to do."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from enum import Enum
from pathlib import Path


class StaatError(Exception):
    """Base of all errors that are shown to the user as one message, without a traceback."""

    exit_code = 1


class InputError(StaatError):
    """What the user gave is wrong: a parameter, a file, a column, a code.

    Parameters
    ----------
    where : The file (and key or column) at fault, as the user would type it.
    problem : What is wrong, in one sentence.
    given : What was found, if that helps.
    allowed : What would have been right.
    hint : What to do or to type instead.
    """

    exit_code = 2

    def __init__(
        self,
        where: str,
        problem: str,
        *,
        given: object | None = None,
        allowed: str | None = None,
        hint: str | None = None,
    ) -> None:
        self.where, self.problem, self.hint = where, problem, hint
        details = {
            "given": None if given is None else repr(given),
            "allowed": allowed,
            "do": hint,
        }
        lines = [f"{where}: {problem}"]
        lines += [f"  {name:<8}{text}" for name, text in details.items() if text]
        super().__init__("\n".join(lines))

    @classmethod
    def several(cls, errors: Sequence[InputError]) -> InputError:
        """Join errors into one, so that the user mends them all at once."""
        joined = errors[0]
        joined.args = ("\n".join(str(error) for error in errors),)
        return joined


class RegisterError(InputError):
    """What an office's registers or their mapping lack: its words are counts and what the mapping itself says.

    So it is shown whole in a run on data of persons, where of other errors no word is shown that may be a value.
    """


class Reason(Enum):
    """Why a model has no estimate; whatever decides on an error decides by this, never by the words of its message."""

    INVALID = "invalid input"
    MISSING = "missing values"
    NO_CONVERGENCE = "no convergence"
    EMPTY = "nobody of this kind"
    TOO_FEW = "too few units"
    TOO_FEW_CLUSTERS = "too few clusters"
    SEPARATED = "perfect prediction"
    COLLINEAR = "collinear terms"
    NO_VARIATION = "no variation"
    ABSORBED = "absorbed by the effects"
    UNDEFINED = "not defined"

    @property
    def of_the_data(self) -> bool:
        """Whether the data as they are do not determine the estimate, so that a row without one is an honest answer.

        The other reasons are faults of what was given or of the estimation; they stop the run.
        """
        return self not in (Reason.INVALID, Reason.MISSING, Reason.NO_CONVERGENCE)


class ModelError(StaatError):
    """A model cannot be estimated on these data.

    Parameters
    ----------
    message : What is wrong, and what to do.
    reason : Its kind.
    """

    def __init__(self, message: str, reason: Reason) -> None:
        self.reason = reason
        super().__init__(message)

    def raise_unless_of_the_data(self) -> None:
        """Raise the error again unless its reason is `Reason.of_the_data`: a fault of the code stops the run."""
        if not self.reason.of_the_data:
            raise self


class DisclosureError(StaatError):
    """Something was about to be published that may not leave the building."""


class WithheldError(DisclosureError):
    """What the data alone keep from being published, whatever its author does: its place says why, and the run goes on.

    The message is for the reader of the page, in the language of the edition, and holds no number that is withheld.
    """


def placed(error: BaseException) -> str:
    """Say of an error its kind and where it was raised, and nothing of its words: they may hold a value of a person."""
    frames = traceback.extract_tb(error.__traceback__)
    return type(error).__name__ + (f" at {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else "")


FEWEST = 10


def few(n: int, total: int | None = None) -> str:
    """Say a number of persons in a message: of fewer than ten, and of all but fewer than ten, no more than that."""
    said = f"{n:,}" if n >= FEWEST else f"fewer than {FEWEST}"
    if total is None or total < FEWEST:
        return said
    if FEWEST <= n != total and total - n < FEWEST:
        said = f"all but fewer than {FEWEST}"
    return f"{said} of {few(total)}"


def listed(names: Sequence[str]) -> str:
    """Join names for a message: ``a, b and c``."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that looks most like `name`, or None when nothing comes near."""
    match = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return match[0] if match else None
