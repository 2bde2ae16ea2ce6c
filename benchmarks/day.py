"""A researcher's day as a transcript: what is edited, each command, what it says last, and how long it takes.

Seconds are on the wall and, behind them, of processors: of a command and all that it started.

python benchmarks/day.py [--edition NAME] [--cities NAME ...]

Everything is made in a temporary copy of the project. Cities need the data folder of the real edition (STAAT_DATA).
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("src", "notebooks", "params", "docs", ".staat")
CHAPTER = "leergroei"
SWEEP = ("school_choice.age=4,5", "school_choice.folds=2,3,4")
OTHER_VALUE = "school_choice.age=5"
REAL = "amsterdam-duo-2017"
LAST_LINES = 3
READY_AFTER = 10
"""Seconds between a page and the next save."""


class Day:
    """A copy of the project, and what is done in it."""

    def __init__(self, folder: Path, edition: str) -> None:
        self.project, self.outputs, self.edition = folder / "project", folder / "outputs", edition
        for name in PARTS:
            shutil.copytree(ROOT / name, self.project / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy2(ROOT / "requirements.lock", self.project)

    def work(self, cities: Sequence[str]) -> None:
        """Go through the day."""
        run = ("run", self.edition)
        self.does("From nothing", *run)
        self.does("Nothing changed", *run)
        self.does(f"A sentence of {CHAPTER}'s notebook is longer", *run, edit=self.prose)
        self.does(f"A caption of {CHAPTER} is another", *run, edit=self.caption)
        self.does(f"The model of {CHAPTER} goes without days between tests", *run, edit=self.term)
        self.does("It comes back", *run, edit=self.term_again)
        self.does("One parameter, as a variant of its own", *run, "--set", OTHER_VALUE)
        self.does("What is stale, and why", "status", self.edition)
        self.does("The chain as a picture", "graph", self.edition)
        self.does("Where a page is", "open", self.edition, CHAPTER, "--no-browser")
        self.watched()
        overs = [word for over in SWEEP for word in ("--over", over)]
        self.does("A sweep of six variants", "sweep", self.edition, *overs)
        for city in cities:
            self.does("Another city", "run", REAL, "--set", f"region={city}", on_files=True)

    def does(self, what: str, *words: str, edit: Callable[[], None] | None = None, on_files: bool = False) -> None:
        """Print a command, its last lines and its seconds; one that fails is told, and the day goes on."""
        if edit:
            edit()
        command = [str(Path(sys.executable).with_name("staat")), *words, "--outputs", str(self.outputs)]
        environment = {**os.environ, "PYTHONPATH": str(self.project / "src")}
        if not on_files:  # a synthetic edition refuses a data folder
            environment.pop("STAAT_DATA", None)
        started, worked = time.perf_counter(), _processors()
        done = subprocess.run(command, cwd=self.project, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - the commands of the day
        took = f"{time.perf_counter() - started:.1f} s, {_processors() - worked:.1f} of processors"
        said = (done.stdout + done.stderr).replace(str(self.outputs), "outputs").strip().splitlines()
        steps = [line.strip() for line in said if re.match(r" *\[\d+/\d+\]", line)]
        lines = [*steps, *[line for line in said[-LAST_LINES:] if line.strip() not in steps]]
        failed = f", exit code {done.returncode}" if done.returncode else ""
        sys.stdout.write(f"# {what}\n$ staat {' '.join(words)}\n")
        sys.stdout.writelines(f"  {line}\n" for line in lines)
        sys.stdout.write(f"  ({took}{failed})\n\n")
        sys.stdout.flush()

    def watched(self) -> None:
        """Save two sentences while `staat watch` follows; its own lines say how long each took to its page."""
        sys.stdout.write(f"# Two sentences, while it is watched\n$ staat watch {CHAPTER} {self.edition} --no-browser\n")
        command = [str(Path(sys.executable).with_name("staat")), "watch", CHAPTER, self.edition, "--no-browser"]
        environment = {**os.environ, "PYTHONPATH": str(self.project / "src")}
        with subprocess.Popen(  # noqa: S603 - the same
            [*command, "--outputs", str(self.outputs)],
            cwd=self.project,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        ) as watching:
            assert watching.stdout is not None
            said = (line for line in watching.stdout if "waiting for the next save" in line)
            for edit in (self.prose, self.prose, watching.terminate):
                sys.stdout.write(f"  {next(said)}")
                sys.stdout.flush()
                time.sleep(READY_AFTER)
                edit()
        sys.stdout.write("\n")

    def prose(self) -> None:
        """Make a text of the notebook longer."""
        [path] = (self.project / "notebooks").glob(f"*_{CHAPTER}.ipynb")
        notebook = json.loads(path.read_text("utf8"))
        text = next(cell for cell in notebook["cells"] if cell["cell_type"] == "markdown" and len(cell["source"]) > 1)
        text["source"] = ["".join(text["source"]), " This was added."]
        path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", "utf8")

    def caption(self) -> None:
        """Make a caption longer."""
        self._replace("exhibits.yml", r"(caption:\s+en: \S+)", r"\1 again")

    def term(self) -> None:
        """Take a term out of the model of growth."""
        self._replace("models/closure.py", r", \*days\]", "]")

    def term_again(self) -> None:
        """Put it back."""
        path = Path("src") / "analysis" / "chapters" / CHAPTER / "models" / "closure.py"
        shutil.copy2(ROOT / path, self.project / path)

    def _replace(self, name: str, pattern: str, by: str) -> None:
        path = self.project / "src" / "analysis" / "chapters" / CHAPTER / name
        edited, changed = re.subn(pattern, by, path.read_text("utf8"), count=1)
        if not changed:
            sys.exit(f"{path.name}: nothing fits {pattern}")
        path.write_text(edited, "utf8")


def _processors() -> float:
    """Return the processor seconds of all that was started and has ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def main() -> None:
    """Print the transcript."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edition", default="ci", help="the edition that is worked on; it has school_choice")
    parser.add_argument("--cities", nargs="*", default=(), help="municipalities to run the real edition for")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="day-") as temporary:
        Day(Path(temporary).resolve(), told.edition).work(told.cities)


if __name__ == "__main__":
    main()
