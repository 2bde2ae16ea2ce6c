"""What changed since the edition before, where it is at hand: findings that say something else, are new or are gone."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.compare import editions
from analysis.compare.comparison import finding_changes
from analysis.compare.meaning import Became, ranked
from analysis.errors import InputError
from analysis.run.workspace import MANIFEST_FILE
from analysis.site.sitemap import Site


@dataclass(frozen=True)
class Since:
    """What became of the findings of the edition before, its name, and where its front page is."""

    edition: str
    title: str
    became: list[Became]

    @property
    def href(self) -> str:
        """Address of its front page, from that of this edition."""
        return f"../{self.edition}/index.html"

    @property
    def meaning(self) -> list[Became]:
        """The findings that do not just have other numbers."""
        return [one for one in self.became if one.what != "numbers"]


def since(site: Site, previous: str) -> Since | None:
    """Compare the findings of an edition with those of the one named `previous`; None where that is not at hand.

    An edition in another language is not compared: its words are others.
    """
    folder = site.folder.parent / previous
    if not previous or not (folder / MANIFEST_FILE).exists():
        return None
    try:
        before = editions.read(folder)
    except InputError:
        return None
    if before.facts.get("language", "en") != site.facts.get("language", "en"):
        return None
    now = editions.PublishedEdition(site.folder, site.manifest)
    return Since(before.name, str(before.facts.get("title", before.name)), ranked(finding_changes(before, now)))
