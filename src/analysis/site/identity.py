"""Who publishes an edition, under which licence, and how to cite it: the same on every page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from babel.dates import format_date
from markupsafe import Markup, escape

from analysis.language import joined, spoken, text

DRAFT = "draft"
LICENCES = {
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC BY-SA 4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC0 1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
}
"""The addresses of licences that are known by their short names; another one is shown as it is written."""

E_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
WEB = re.compile(r"https?://\S+")
SHORT = 12


@dataclass(frozen=True)
class Identity:
    """What an edition says of itself; what its params file does not say is empty.

    Parameters
    ----------
    title, place, years : What it is about.
    publisher, contact, licence, next_edition : As its params file has them.
    address : Its permanent address.
    draft : Whether it is marked as a draft.
    date : The day on which its pages were made, in words.
    citation : How to cite it.
    """

    title: str
    place: str
    years: str
    publisher: str
    contact: str
    licence: str
    next_edition: str
    address: str
    draft: bool
    date: str
    citation: str

    @property
    def status(self) -> str:
        """Draft or final, in words."""
        return text("Draft") if self.draft else text("Final")

    @property
    def rows(self) -> list[tuple[str, Markup]]:
        """What the block "About this edition" lists: what it is, and its value or that it is not stated."""
        told = {
            text("Publisher"): escape(self.publisher),
            text("Published"): escape(self.date),
            text("Status"): escape(self.status),
            text("Licence"): linked(self.licence),
            text("Contact"): linked(self.contact),
            text("Next edition"): escape(self.next_edition),
            text("Permanent address"): linked(self.address),
            text("Cite as"): escape(self.citation),
        }
        return [(name, value or escape(text("not stated"))) for name, value in told.items()]


def identity_of(facts: Mapping[str, Any], provenance: Mapping[str, Any]) -> Identity:
    """Return the identity of an edition.

    Parameters
    ----------
    facts : What the manifest states about the edition.
    provenance : ``commit`` and ``made`` (an ISO 8601 moment), both of which may be absent.
    """
    made = provenance.get("made")
    given = {name: str(facts.get(name) or "") for name in ("title", "publisher", "contact", "licence", "next_edition")}
    return Identity(
        **given,
        place=str(facts.get("region") or ""),
        years=", ".join(facts.get("school_years") or ()),
        address=str(facts.get("address") or ""),
        draft=facts.get("status", DRAFT) == DRAFT,
        date=_date(made),
        citation=_citation(facts, given, provenance),
    )


def _date(made: str | None, form: str = "d MMMM y") -> str:
    return format_date(datetime.fromisoformat(made).astimezone(UTC), form, locale=spoken()) if made else ""


def _citation(facts: Mapping[str, Any], given: Mapping[str, str], provenance: Mapping[str, Any]) -> str:
    """Return the citation: publisher and year, title, edition with status and commit, address."""
    year = _date(provenance.get("made"), "y")
    who = given["publisher"] and (f"{given['publisher']} ({year})" if year else given["publisher"])
    edition = text("Edition {edition}", edition=str(facts.get("edition") or ""))
    status = text("draft") if facts.get("status", DRAFT) == DRAFT else ""
    made_up = text("synthetic data") if facts.get("synthetic") else ""
    commit = provenance.get("commit")
    commit = text("commit {commit}", commit=commit[:SHORT]) if commit else ""
    year = "" if who else year
    return joined(
        ". ",
        [who, given["title"], joined(", ", [edition, year, status, made_up, commit]), str(facts.get("address") or "")],
    )


def linked(words: str) -> Markup:
    """Return words as a link where they are an e-mail address, a page or the name of a licence that is known."""
    if E_MAIL.fullmatch(words):
        return Markup('<a href="mailto:{0}">{0}</a>').format(words)
    if words in LICENCES:
        return Markup('<a href="{0}" rel="license">{1}</a>').format(LICENCES[words], words)
    return Markup('<a href="{0}">{0}</a>').format(words) if WEB.fullmatch(words) else escape(words)
