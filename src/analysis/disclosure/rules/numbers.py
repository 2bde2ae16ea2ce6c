"""The numbers of persons of one chapter: how they may stand in words, and which no word may say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from analysis.disclosure import Gated, Profile
from analysis.disclosure.profiles import counted_as
from analysis.disclosure.rules.identity import refuse_identifying_text
from analysis.disclosure.rules.sentences import refuse_exact
from analysis.disclosure.rules.values import refuse_values
from analysis.errors import DisclosureError, WithheldError
from analysis.language import Fewer, Text, term, text


class Numbers:
    """The numbers of persons of one chapter.

    Parameters
    ----------
    profile : The rules of the edition.
    """

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._exact: set[int] = set()  # left the gate rounded or withheld
        self._shown: set[int] = set()  # were let through on their own account

    def rounded(self, n: int, unit: str) -> int:
        """Return `n` as it may stand in a text; what is too small for that says so where it is written."""
        numbers = pd.Series([n], name=counted_as(unit), dtype="Int64")
        profile = self.profile.on([str(numbers.name)])
        if n <= 0 or profile.too_few(numbers).item():
            return Fewer(profile.threshold(str(numbers.name)))
        rounded = int(self.profile.rounded(numbers).item())
        if numbers.name == "persons":
            self._exact.add(n)
            self._shown.add(rounded)
        return rounded

    def remember(self, exact: pd.DataFrame, gated: Gated, columns: Iterable[str]) -> None:
        """Keep the numbers of persons that the gate has rounded or withheld; a rounded number may equal one of them."""
        base = self.profile.round_to
        for column in columns:
            if self.profile.threshold(column) != self.profile.min_count:
                continue
            n, shown = (pd.to_numeric(frame[column], errors="coerce").dropna() for frame in (exact, gated.frame))
            self._shown |= {*shown.astype(int)}
            self._exact |= {number for number in {*n.astype(int)} - {*shown.astype(int)} if base == 1 or number % base}

    def refuse(self, words: str, where: str, *, counts: bool, computed: bool = False) -> None:
        """Refuse a text that names somebody or says a number of persons as it may not be reported.

        Parameters
        ----------
        words : What is to be published.
        where : What it is, for the message.
        counts : Whether it stands with something that counts persons: else its numbers are not compared with theirs.
        computed
            Whether its numbers follow from the data, so that one which may not be reported is no fault of the author.

        Raises
        ------
        DisclosureError, WithheldError
            As `refuse_identifying_text` and `refuse_exact` do.
        """
        refuse_identifying_text(words, where)
        try:
            exact = self._exact - self._shown if counts else set()
            if isinstance(words, Text) and words.declared:
                refuse_values(words, where, self.profile, exact)
                if computed:
                    refuse_exact(str(words), where, self.profile, ())  # as who does not know its fields reads it
            else:
                refuse_exact(words, where, self.profile, exact)
        except DisclosureError as error:
            if isinstance(error, WithheldError) or not computed:
                raise
            reason = text("Not shown: it contains a number of persons that is too small or not rounded.")
            raise WithheldError(reason) from error


def refuse_few(n: int, unit: str) -> None:
    """Withhold a sentence that rests on too few; `n` is as `Numbers.rounded` returns it."""
    if isinstance(n, Fewer):
        raise WithheldError(text("Not shown: it rests on fewer than {least} {unit}.", least=n.least, unit=term(unit)))


def refuse_small_model(profile: Profile, numbers: Mapping[str, int | None]) -> None:
    """Withhold a sentence on an estimate with too few clusters or residual degrees of freedom."""
    small = [column for column, number in numbers.items() if number is not None and number < profile.threshold(column)]
    if small:
        least = profile.threshold(small[0])
        reason = text(
            "Not shown: the model behind it has fewer than {least} clusters or degrees of freedom.", least=least
        )
        raise WithheldError(reason)
