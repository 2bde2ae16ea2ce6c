"""Render the pages of an edition and write down what each kept part of them read and called, for a process of its own.

python watched_pages.py OUTPUTS TOLD: the pages of OUTPUTS/ci are made anew, and nothing that is kept is taken. TOLD is
then JSON: by symbol of what is kept, the files that were opened and the functions that were called while it was made, a
part that is made inside another counting for both, and what its key has of them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import cache
from inspect import CO_OPTIMIZED
from pathlib import Path
from typing import Any

from analysis.edition.chain import CHAIN
from analysis.edition.orders import order_of, params_file, project_of
from analysis.run.assess import Assessor
from analysis.run.reuse import Keeper, keeping

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "analysis"
WALK = str(PACKAGE / "run" / "code" / "reach.py")


class Watching(Keeper):
    """A keeper that notes for each symbol what happens while it is made."""

    def __init__(self, code: Callable[[str], str], folder: Path) -> None:
        super().__init__(folder, code, read=False)
        self.under_way: list[str] = []
        self.opened: dict[str, set[str]] = {}
        self.called: dict[str, set[str]] = {}

    def take(self, symbol: str, depends: object, make: Callable[[], Any]) -> Any:
        def watched() -> Any:
            self.under_way.append(symbol)
            self.opened.setdefault(symbol, set())
            self.called.setdefault(symbol, set())
            try:
                return make()
            finally:
                self.under_way.pop()

        return super().take(symbol, depends, watched)

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str) and not str(arguments[0]).endswith((".py", ".pyc")):
            if _in_the_walk():
                return
            for symbol in self.under_way:
                self.opened[symbol].add(arguments[0])

    def profile(self, frame: Any, event: str, _: object) -> None:
        if event == "call" and self.under_way and (name := _name_of(frame.f_code)):
            for symbol in self.under_way:
                self.called[symbol].add(name)


def _in_the_walk() -> bool:
    """Whether the walk over code is under way: it looks at all files beside it, and of them nothing is shown."""
    frame = sys._getframe()
    while frame is not None and frame.f_code.co_filename != WALK:
        frame = frame.f_back
    return frame is not None


@cache  # it is asked at every call of a function
def _name_of(code: Any) -> str:
    """Return the dotted name of the definition of the package that code is in; empty for other code."""
    name = code.co_qualname.partition(".")[0]
    imported = name.startswith("<") or not code.co_flags & CO_OPTIMIZED  # what a module, or a class in it, does then
    ours = code.co_filename.startswith(str(PACKAGE)) and code.co_filename.endswith(".py")  # templates are files
    if imported or not ours:
        return ""
    path = Path(code.co_filename).relative_to(PACKAGE.parent).with_suffix("")
    return f"{'.'.join(path.parts).removesuffix('.__init__')}.{name}"


def main() -> None:
    outputs, told = Path(sys.argv[1]), Path(sys.argv[2])
    project = project_of(ROOT, outputs)
    assessor = Assessor(order_of(params_file(ROOT, "ci"), (), ROOT), CHAIN, project)
    keeper = Watching(lambda symbol: symbol, outputs / ".cache" / "pages")
    from analysis.site import build

    folder = outputs / "ci"
    manifest = json.loads((folder / "manifest.json").read_text("utf8"))
    sys.addaudithook(keeper.audit)
    sys.setprofile(keeper.profile)
    with keeping(keeper):
        build(folder, manifest)
    sys.setprofile(None)
    reached = {symbol: assessor._used(project.code.of_symbol(symbol)) for symbol in keeper.opened}
    told.write_text(
        json.dumps(
            {
                symbol: {
                    "opened": sorted(keeper.opened[symbol]),
                    "called": sorted(keeper.called[symbol]),
                    "resources": sorted(str(PACKAGE / path) for path in reach.resources),
                    "functions": sorted(reach.functions),
                    "explained": [str(path) for path in project.explained],
                }
                for symbol, reach in reached.items()
            }
        ),
        "utf8",
    )


if __name__ == "__main__":
    main()
