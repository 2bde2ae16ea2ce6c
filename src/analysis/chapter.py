"""What a notebook works with: its tables in, its tables, figures and findings out."""

from __future__ import annotations

import pandas as pd

from analysis.data import tables
from analysis.publish.release import Release
from analysis.run.workspace import Workspace, open_workspace


class Chapter(Release):
    """One notebook's door to the rest: loads and hands over internal tables, and publishes through the gate."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._workspace = workspace

    def load(self, name: str) -> pd.DataFrame:
        """Return the internal table `name`."""
        return tables.load(self._workspace, name)

    def hand_over(self, name: str, frame: pd.DataFrame) -> None:
        """Hand the internal table `name` to later notebooks; it never leaves the building."""
        tables.hand_over(self._workspace, name, frame)


def open_chapter(stem: str, edition: str) -> Chapter:
    """Open the chapter `stem` of an edition: in a run where the runner says, alone on what the last run left."""
    return Chapter(open_workspace(stem, edition))
