"""The few ways in which a run can end badly, each with its exit code and a message that says what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


class StaatError(Exception):
    """Base of all errors that are shown to the user as one message, without a traceback."""

    exit_code = 1


class InputError(StaatError):
    """What the user gave is wrong: a parameter, a file, a column, a code.

    Parameters
    ----------
    where
        The file (and key or column) at fault, as the user would type it.
    problem
        What is wrong, in one sentence.
    given
        What was found, if that helps.
    allowed
        What would have been right.
    hint
        What to do or to type instead.
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
        self.where, self.problem = where, problem
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


class ModelError(StaatError):
    """A model cannot be estimated on these data; the message names the reason."""


class DisclosureError(StaatError):
    """Something was about to be published that may not leave the building."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that looks most like `name`, or None when nothing comes near."""
    match = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return match[0] if match else None
