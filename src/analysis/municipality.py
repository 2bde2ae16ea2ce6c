"""Names of municipalities, however a user or a list writes them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import pandas as pd

from analysis.errors import InputError, nearest

WORD = re.compile(r"[a-z0-9]+")
SAME = {
    "den haag": "s gravenhage",
    "the hague": "s gravenhage",
    "den bosch": "s hertogenbosch",
    "bergen lb": "bergen l",
    "nuenen ca": "nuenen gerwen en nederwetten",
    "nuenen c a": "nuenen gerwen en nederwetten",
    "de friese meren": "de fryske marren",
}
"""Other names of one municipality, in the words of `key`; a municipality that merged into another is not the same."""


def key(name: str) -> str:
    """Return what makes the name of a municipality: capitals, accents, apostrophes and hyphens do not count."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    words = " ".join(WORD.findall(bare.casefold()))
    return SAME.get(words, words)


def is_in(names: pd.Series[str], region: str) -> pd.Series[bool]:
    """Tell which rows are in a municipality: ``'s-Gravenhage`` is ``S GRAVENHAGE``, and a row without a name in none.

    A list of another year may know no such municipality, because it merged since: then no row is in it.
    """
    known = {name: key(name) for name in names.dropna().unique()}
    return names.map(known).eq(key(region))


def spelled(region: str, known: Iterable[str], where: str) -> str:
    """Return the name in `known` of the municipality that a user means.

    Parameters
    ----------
    region : As the user types it.
    known : The names that there are.
    where : Where they are, for the message.

    Raises
    ------
    InputError
        There is no such municipality: with the names that look like it, and what to type.
    """
    by_key = {key(name): name for name in known}
    wanted = key(region)
    if wanted in by_key:
        return by_key[wanted]
    alike = [name for words, name in by_key.items() if words.startswith(f"{wanted} ")]
    like = nearest(wanted, by_key)
    near = alike or ([by_key[like]] if like else [])
    raise InputError(
        where,
        "there is no such municipality",
        given=region,
        allowed=", ".join(near) or None,
        hint=f'did you mean {near[0]}? type --set "region={near[0]}"' if near else "spell it as DUO does",
    )
