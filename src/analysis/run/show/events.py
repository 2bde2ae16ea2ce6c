"""What a run reports while it goes: one event per change of state, for whoever shows or counts them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["opened", "waiting", "kept", "started", "finished", "failed", "blocked", "pages", "published", "notice"]


@dataclass(frozen=True)
class Event:
    """One change of state, by kind.

    ``opened``: an edition is about to run (`text` is its title; one ``waiting`` per step follows);
    ``waiting``: a step of it, in the order of the chain, that may have to run (`text` says why);
    ``kept``: a step whose result is still valid (`text` empty) or that was not asked for (`text` says so);
    ``started``, ``finished``, ``failed``, ``blocked``: of a step (`text`: error, or what blocks it);
    ``pages``: the pages are being rendered;
    ``published``: the edition is complete (`text` is where to read it), or was already up to date;
    ``notice``: something to know (`text`), of no step in particular.
    """

    kind: Kind
    edition: str
    notebook: str = ""  # empty when it is about the edition
    seconds: float | None = None  # how long it took, for ``finished`` and ``failed``
    text: str = ""


Watch = Callable[[Event], None]
