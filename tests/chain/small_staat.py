"""The command `staat` on the small project, for a process of its own: python small_staat.py ORDER WORDS...

What happens is reported on standard output, one JSON object per event, with the number of disk operations so far. With
KILL_AT=n in the environment the process kills itself right before its n-th disk operation below the outputs.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import sys
import time
import types
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

from analysis import cli
from analysis.commands import running
from analysis.run.show import view

CHANGES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "shutil.rmtree", "os.truncate"}


class Operations:
    """Counts what this process changes on disk, and kills it at one of these moments."""

    def __init__(self, outputs: Path, kill_at: int) -> None:
        self.outputs, self.kill_at, self.count = str(outputs), kill_at, 0

    def __call__(self, event: str, arguments: tuple) -> None:
        if self._counts(event, arguments):
            self.count += 1
            if self.count == self.kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

    def _counts(self, event: str, arguments: tuple) -> bool:
        if event == "ctypes.dlsym":
            return arguments[1] == "renameat2"  # looked up right before it is called
        if event == "open":
            return isinstance(arguments[2], int) and bool(arguments[2] & os.O_CREAT) and self._below(arguments[0])
        return event in CHANGES and self._below(arguments[0], arguments[-1])

    def _below(self, path: object, folder: object = None) -> bool:
        text = os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else ""
        # Whatever removes a tree names what is in it relative to an open folder.
        if isinstance(folder, int) and folder >= 0 and not text.startswith("/"):
            text = f"{Path(f'/proc/self/fd/{folder}').readlink()}/{text}"
        return text.startswith(self.outputs)


def main() -> None:
    order, chain, project = pickle.loads(Path(sys.argv.pop(1)).read_bytes())  # noqa: S301 - the test has just written it
    cli.CHAIN = running.CHAIN = chain
    cli.params_file = lambda _, name: Path(name)
    cli.order_of = lambda *_: order
    cli.project_at = lambda outputs: (project.root, replace(project, outputs=outputs or project.outputs))
    running.check_sources = lambda *_: None
    outputs = Path(sys.argv[sys.argv.index("--outputs") + 1]) if "--outputs" in sys.argv else project.outputs
    operations = Operations(outputs, int(os.environ.get("KILL_AT", "0")))

    @contextmanager
    def reporting(*_, **__):
        def report(event) -> None:
            values = {**asdict(event), "at": time.time(), "operations": operations.count}
            sys.stdout.write(json.dumps(values) + "\n")
            sys.stdout.flush()

        yield report
        sys.stdout.write(json.dumps({"kind": "ended", "at": time.time(), "operations": operations.count}) + "\n")

    view.view = reporting
    pages = types.ModuleType("analysis.site")
    pages.build = lambda folder, manifest: (folder / "index.html").write_text(str(manifest["edition"]), "utf8")
    sys.modules["analysis.site"] = pages
    sys.addaudithook(operations)
    cli.main()


if __name__ == "__main__":
    main()
