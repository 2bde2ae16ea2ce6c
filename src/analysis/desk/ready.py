"""A process that has loaded what a run needs and waits to be one: a save then waits for no imports.

It is one run and ends. Files that it has loaded may be edited while it waits: then it is let go, and the run loads them
anew. Declarations (``.yml``) are read by the run itself.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from analysis.desk.watch import Stamps, stamps
from analysis.edition.orders import PAGES, SETTLE
from analysis.run import publication

COMMAND, RUN = "analysis.cli:main", "analysis.run.runner:run"
READ_BY_THE_RUN = ".yml"


class Ready:
    """Runs commands of ``staat`` one after the other, each in a process that was ready for it.

    Parameters
    ----------
    root : The project's folder, where they run.
    package : The folder of the code that they load.
    """

    def __init__(self, root: Path, package: Path) -> None:
        self._root, self._package = root, package
        self._start()

    def run(self, words: Sequence[str]) -> int:
        """Run a command, given the words after ``staat``; return its exit code. The next one gets ready then."""
        if self._loaded() != self._code or self._process.poll() is not None:
            self._end()
            self._start()
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([*words]) + "\n")
        self._process.stdin.close()
        code = self._process.wait()
        self._start()
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _start(self) -> None:
        self._code = self._loaded()  # before anything is loaded: an edit from now on is seen
        words = [sys.executable, "-m", __name__]
        self._process = subprocess.Popen(words, cwd=self._root, stdin=subprocess.PIPE, text=True)  # noqa: S603 - ours

    def _end(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _loaded(self) -> Stamps:
        """Return the stamps of what a run may load: the package, and the folder to which packages are installed."""
        installed = Path(sysconfig.get_path("purelib")).stat()
        files = {path: stamp for path, stamp in stamps([self._package]).items() if path.suffix != READ_BY_THE_RUN}
        return {**files, Path(): (installed.st_mtime_ns, 0)}


def main() -> None:
    """Load what a run needs, wait for the words of one on standard input, and be it; without words, end."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # whoever stops the terminal ends what only waits without a word
    with suppress(Exception):  # an edit under way that cannot be loaded: the run says so, if it is still so then
        load()
    words = sys.stdin.readline()
    if words:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.argv = ["staat", *json.loads(words)]
        publication.load(COMMAND)()


def load() -> None:
    """Load the commands, the run system and all that makes pages."""
    for symbol in (COMMAND, RUN, PAGES, f"{SETTLE}:settle"):
        publication.load(symbol)


if __name__ == "__main__":
    main()
