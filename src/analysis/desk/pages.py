"""The pages of a published edition: where they are, for who wants to open one."""

from __future__ import annotations

from pathlib import Path

from analysis.errors import InputError, nearest
from analysis.run.workspace import MANIFEST_FILE

HOME = "index.html"


def page_of(folder: Path, chapter: str | None) -> Path:
    """Return the page of a chapter of a published edition, named by stem or notebook; its first page without one.

    Raises
    ------
    InputError
        When the edition is not published, or has no such chapter.
    """
    if not (folder / MANIFEST_FILE).is_file():
        raise InputError(folder.name, f"is not published in {folder.parent}", hint=f"staat run {folder.name}")
    if chapter is None:
        return folder / HOME
    pages = {name: page for page in sorted((folder / "html").glob("*.html")) for name in (page.stem, _stem(page))}
    if chapter not in pages:
        near = nearest(chapter, pages)
        known = ", ".join(sorted({_stem(page) for page in pages.values()}))
        hint = f"did you mean {near}?" if near else None
        raise InputError(chapter, f"{folder.name} has no such page", allowed=known, hint=hint)
    return pages[chapter]


def _stem(page: Path) -> str:
    number, _, stem = page.stem.partition("_")
    return stem if number.isdigit() and stem else page.stem
