"""The files of one chapter that may leave the building: where they lie, how they are written, and what they weigh."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from analysis.disclosure import Gated, profile
from analysis.publish.tables import write_csv, write_sidecar
from analysis.run.workspace import Workspace

if TYPE_CHECKING:
    from analysis.publish.picture import Picture  # which loads all that draws, and pages draw nothing


class Files:
    """The published files of a chapter.

    Parameters
    ----------
    workspace : Where to write.
    synthetic : Whether the data are made up, which each file says of itself.
    """

    def __init__(self, workspace: Workspace, *, synthetic: bool) -> None:
        self.workspace = workspace
        self.synthetic = synthetic

    def address(self, kind: str, name: str, extension: str) -> str:
        """Return where a file lies within the edition."""
        return f"{kind}/{self.workspace.stem}/{name}.{extension}"

    def table(self, name: str, gated: Gated, caption: str) -> str:
        """Write a table that passed the gate, with what describes it beside it; return its address."""
        path = self.workspace.published_folder("tables") / f"{name}.csv"
        small_ones = profile(self.workspace.facts.get("disclosure", "default")).shown_as
        write_csv(gated.with_signs() if small_ones else gated.frame, path)
        write_sidecar(
            gated,
            path.with_suffix(".json"),
            edition=str(self.workspace.facts.get("edition", "")),
            caption=caption,
            synthetic=self.synthetic,
        )
        return self.address("tables", name, "csv")

    def pictures(self, name: str, picture: Picture) -> dict[str, str]:
        """Write a figure; return the address of each kind of file."""
        folder = self.workspace.published_folder("figures")
        (folder / f"{name}.png").write_bytes(picture.image)
        (folder / f"{name}.svg").write_text(picture.svg, "utf8", newline="\n")
        return {kind: self.address("figures", name, kind) for kind in ("png", "svg")}

    def digests(self, *addresses: str) -> dict[str, str]:
        """Return the SHA-256 of files as they left the gate; what lies beside a table comes along."""
        tables = [address.removesuffix(".csv") for address in addresses if address.endswith(".csv")]
        beside = [f"{table}.{kind}" for table in tables for kind in ("json", "xlsx")]
        files = {address: self.workspace.write / address for address in (*addresses, *beside)}
        return {address: hashlib.sha256(file.read_bytes()).hexdigest() for address, file in files.items()}
