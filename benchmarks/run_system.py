"""The run system beside papermill, plain Python and Snakemake: same notebooks, same parameters, same environment.

python benchmarks/run_system.py [--rows 1,2,3,4,5] [--edition NAME] [--tries N] [--rounds N] [--processor]
                                [--snakemake PATH]

1 a whole edition from nothing; 2 nothing changed; 3 one parameter changed; 4 twelve small editions; 5 a text and a
caption edited.
With --processor the seconds are those in which processors worked for a command and all that it started: on a machine
that others use these can be compared, and others cannot. Everything is made in a temporary folder. Nobody may edit the
project meanwhile: it stops where results differ.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from analysis.edition.chain import CHAIN
from analysis.edition.orders import DEFAULT_EDITION, order_of, params_file, project_of
from analysis.run import records
from analysis.run.assess import Assessor
from analysis.run.chain import Step
from analysis.run.kernel.warm import KERNEL_ENVIRONMENT
from analysis.run.order import processors
from analysis.run.workspace import EDITION_FILE, OUTPUTS_VARIABLE, STEP_VARIABLE

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
VERSIONS = ("papermill", "nbclient", "ipykernel", "jupyterlab", "pandas")
SMALL, EDITIONS, SIDE_BY_SIDE = "ci", 12, "2"
OTHER_VALUE = "school_choice.age=5"
EDITED, STEM = "04_leergroei", "leergroei"
"""The notebook and the chapter of which a text and a caption are edited."""
EXECUTED = re.compile(r"\[\d+/\d+\] (\S+) +[\d.]+ s$", re.MULTILINE)

# What the notebooks themselves cost: their cells in one process, without kernels, messages or anything kept of them.
PLAIN = f"""
import json, os, sys
for part in json.load(open(sys.argv[1])):
    os.environ["{STEP_VARIABLE}"] = part["told"]
    names = {{"__name__": "__main__", "display": lambda *shown: None}}
    for cell in json.load(open(part["notebook"]))["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), part["notebook"], "exec"), names)
            if "parameters" in cell["metadata"].get("tags", ()):
                names.update(part["parameters"])
"""

Way = Callable[[Path], float]
ADDITIONS = 20_000_000
"""How long these take says how fast the machine is at the time."""


def processor_seconds() -> float:
    """Return the seconds in which processors have worked for commands that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


clock: Callable[[], float] = time.perf_counter


class Timed(NamedTuple):
    """How long a command took, in seconds, and what it said."""

    seconds: float
    said: str


def timed(words: Sequence[object], environment: Mapping[str, str] | None = None, folder: Path = ROOT) -> Timed:
    """Return how long a command took; one that fails ends the benchmark."""
    outside = {name: value for name, value in os.environ.items() if name not in (OUTPUTS_VARIABLE, STEP_VARIABLE)}
    command, every = [str(word) for word in words], {**outside, **(environment or {})}
    started = clock()
    done = subprocess.run(command, cwd=folder, env=every, capture_output=True, text=True, check=False)  # noqa: S603 - the commands under comparison
    seconds, said = clock() - started, done.stdout + done.stderr
    if done.returncode:
        sys.exit(f"{Path(command[0]).name} {command[1]}: exit code {done.returncode}\n{said[-2000:]}")
    return Timed(seconds, said)


def tool(name: str) -> Path:
    """Return a command of the environment that this Python belongs to."""
    return Path(sys.executable).with_name(name)


def staat(command: str, outputs: Path, *words: object) -> Timed:
    """Return how long a command of `staat` took."""
    return timed([tool("staat"), command, *words, "--outputs", outputs])


def running(params: Path, *options: str) -> Way:
    """Return the way of `staat run` with these options."""
    return lambda outputs: staat("run", outputs, params, *options).seconds


def tables_of(edition: Path) -> dict[str, bytes]:
    """Return the published tables of an edition by path; there must be some."""
    found = {path.relative_to(edition).as_posix(): path.read_bytes() for path in edition.glob("tables/*/*")}
    return found or sys.exit(f"{edition.name}: no tables were published")


def require_same(edition: Path, other: Path, what: str) -> None:
    """End the benchmark unless two ways published the same tables, byte for byte."""
    tables, others = tables_of(edition), tables_of(other)
    different = sorted(name for name in {*tables, *others} if tables.get(name) != others.get(name))
    if different:
        sys.exit(f"{what}: tables that differ from those of staat run: {', '.join(different)}")


def quickest(tries: int, command: Callable[[], Timed], must_say: str) -> float:
    """Return the shortest of some tries of a command that executes nothing, and says so."""
    done = [command() for _ in range(tries)]
    if not all(must_say in one.said for one in done):
        sys.exit(f"expected {must_say!r}, not:\n{done[-1].said[-2000:]}")
    return min(one.seconds for one in done)


def row(what: str, seconds: float | str, remark: str) -> None:
    """Print a row of the table."""
    shown = seconds if isinstance(seconds, str) else f"{seconds:.2f}"
    sys.stdout.write(f"{what:<42}{shown:>9}  {remark}\n")
    sys.stdout.flush()


class Bench:
    """The comparison for one edition, made below a temporary folder.

    Of commands that execute nothing the shortest of `tries` is told, of whole runs that of `rounds`.
    """

    def __init__(self, edition: str, temporary: Path, tries: int, rounds: int, snakemake: Path | None) -> None:
        self.edition, self.temporary, self.tries, self.rounds = edition, temporary, tries, rounds
        self.snakemake, self.params = snakemake, params_file(ROOT, edition)
        self.order = order_of(self.params, (), ROOT)
        self.assessor = Assessor(self.order, CHAIN, project_of(ROOT, temporary))
        self.outputs = temporary / "staat"
        self.ratios: dict[str, float] = {}

    def go(self, chosen: Sequence[int]) -> None:
        """Print the chosen rows of the table, and the ratios below it."""
        row("what", "seconds", "remark")
        measures = (self.whole_edition, self.nothing_changed, self.one_parameter, self.many_editions, self.edits)
        for number, measure in enumerate(measures, start=1):
            if number in chosen:
                measure()
        for name, ratio in self.ratios.items():
            sys.stdout.write(f"ratio {name} {ratio:.2f}\n")

    @cached_property
    def cold(self) -> float:
        """Seconds of a run from nothing; what it made stays in `outputs`."""
        staat("run", self.temporary / "warm-up", SMALL)  # so that whoever comes first does not pay for a cold disk
        return self.shortest(running(self.params), self.outputs)

    def shortest(self, way: Way, folder: Path) -> float:
        """Return the shortest of some runs from nothing; what the last one made stays in the folder."""
        seconds = []
        for _ in range(self.rounds):
            shutil.rmtree(folder, ignore_errors=True)
            seconds.append(way(folder))
        return min(seconds)

    def whole_edition(self) -> None:
        """Compare runs from nothing."""
        cold, more = self.cold, "makes pages, keys and manifest besides"
        count = len(tables_of(self.outputs / self.edition))
        row(f"staat run {self.edition}, nothing made yet", cold, f"{count} tables; {more}")
        less = f"the same {count} tables; no pages, keys or manifest"
        papermill = self.other_way("papermill, one command per notebook", self.papermill, less)
        plain = self.other_way("one plain Python process, the floor", self.plain, f"{less}, no executed notebooks")
        for option in (("--jobs", "1"), ("--fresh-kernels",)):
            self.other_way(f"staat run {' '.join(option)}", running(self.params, *option), more)
        self.ratios |= {"papermill_sequence": papermill / cold, "plain_process": cold / plain}

    def other_way(self, what: str, way: Way, remark: str) -> float:
        """Measure a way from nothing; it must publish the same tables."""
        folder = self.temporary / "other"
        seconds = self.shortest(way, folder)
        require_same(self.outputs / self.edition, folder / self.edition, what)
        row(what, seconds, remark)
        return seconds

    def papermill(self, folder: Path) -> float:
        """Return the seconds of papermill's own command line, one notebook after the other."""
        seconds = 0.0
        for number, part in enumerate(self.parts(folder / self.edition)):
            values, executed = folder / f"{number}.yaml", folder / f"{number}.ipynb"
            values.write_text(yaml.safe_dump(part["parameters"]), "utf8")
            words = [tool("papermill"), part["notebook"], executed, "-f", values]
            seconds += timed(words, {**self.environment, STEP_VARIABLE: part["told"]}, NOTEBOOKS).seconds
        return seconds

    def plain(self, folder: Path) -> float:
        """Return the seconds of the code cells alone."""
        parts, plan, script = self.parts(folder / self.edition), folder / "plan.json", folder / "plain.py"
        plan.write_text(json.dumps(parts), "utf8")
        script.write_text(PLAIN, "utf8")
        return timed([sys.executable, script, plan], {**self.environment, "MPLBACKEND": "Agg"}, NOTEBOOKS).seconds

    @property
    def environment(self) -> dict[str, str]:
        """What every kernel of a run gets: one thread, one hash seed, the data folder, no profile of the user's."""
        return {**KERNEL_ENVIRONMENT, **self.order.environment, "IPYTHONDIR": str(self.temporary / "ipython")}

    def parts(self, folder: Path) -> list[dict[str, Any]]:
        """Prepare the edition's folder as a run would; return its notebooks in the order of the chain."""
        (folder / "internal").mkdir(parents=True)
        (folder / "internal" / EDITION_FILE).write_text(json.dumps(dict(self.order.context)), "utf8")
        return [self._part(step, folder) for step in self.assessor.steps]

    def _part(self, step: Step, folder: Path) -> dict[str, Any]:
        tables = {"needs": (*step.needs, *step.wants), "produces": (*step.produces, *step.may_produce)}
        return {
            "notebook": str(NOTEBOOKS / f"{step.notebook}.ipynb"),
            "parameters": dict(self.assessor.parameters[step.stem]),
            "told": json.dumps({"stem": step.stem, "folder": str(folder), **tables}),
        }

    def nothing_changed(self) -> None:
        """Compare what a command costs that finds nothing to do."""
        last, outputs, _ = self.assessor.steps[-1].stem, self.outputs, self.cold
        least = f"shortest of {self.tries}"
        run = quickest(self.tries, lambda: staat("run", outputs, self.params), f"{self.edition}: up to date")
        row("staat run, nothing changed", run, f"{least}; judges contents, and the pages too")
        status = quickest(self.tries, lambda: staat("status", outputs, self.edition), f"{self.edition}: up to date")
        row("staat status", status, least)
        why = quickest(self.tries, lambda: staat("why", outputs, last, self.edition), "it is up to date")
        row(f"staat why {last}", why, least)
        if self.snakemake:
            dry = self.dry_run(self.snakemake)
            row("snakemake -n, nothing changed", dry, f"{least}; a rule per notebook, judges by times and its records")
            self.ratios["snakemake_dry_run"] = dry / run
        else:
            row("snakemake -n", "-", "not measured: --snakemake PATH, of an environment that has it")

    def dry_run(self, snakemake: Path) -> float:
        """Return the seconds in which Snakemake finds nothing to do on a copy of the finished edition."""
        folder = self.temporary / "snakemake"
        made = shutil.copytree(self.outputs / self.edition, folder / self.edition)
        (folder / "Snakefile").write_text(self.snakefile(made), "utf8")
        words, environment = [snakemake, "--cores", "1"], {"XDG_CACHE_HOME": str(folder / "cache")}
        timed([*words, "--touch", "--forceall"], environment, folder)  # so that it has records of the files as its own
        return quickest(self.tries, lambda: timed([*words, "-n"], environment, folder), "Nothing to be done")

    def snakefile(self, made: Path) -> str:
        """Return the chain as rules: what a step left depends on notebook, parameters, code, lock and tables."""
        always, rules, results = [self.params, ROOT / "requirements.lock", *sorted(ROOT.glob("src/**/*.py"))], [], []
        for step in self.assessor.steps:
            record = records.read(made, step.stem) or sys.exit(f"{step.stem}: left no record")
            tables = [made / "internal" / f"{name}.parquet" for name in (*step.needs, *step.wants)]
            needs = [NOTEBOOKS / f"{step.notebook}.ipynb", *always, *filter(Path.exists, tables)]
            left = [made / name for name in record.outputs]
            command = '    shell: "papermill {input[0]} {output[0]} -f {input[1]}"'
            rules += [f"rule {step.stem}:", _paths("input", needs), _paths("output", left), command]
            results += left
        return "\n".join(["rule all:", _paths("input", results), *rules, ""])

    def one_parameter(self) -> None:
        """Measure a run after a change of one parameter of one notebook; each time as if it were the first."""
        cold, runs, pages = self.cold, [], self.outputs / ".cache" / "pages"
        before = shutil.copytree(pages, self.temporary / "pages")
        for _ in range(self.rounds):
            for made in (f"{self.edition}+{OTHER_VALUE}", ".cache/results", ".cache/pages", ".released"):
                shutil.rmtree(self.outputs / made, ignore_errors=True)
            shutil.copytree(before, pages)  # what the edition itself left, and no earlier round
            runs.append(staat("run", self.outputs, self.params, "--set", OTHER_VALUE))
        seconds, ran = min(done.seconds for done in runs), ", ".join(EXECUTED.findall(runs[0].said))
        row(f"staat run --set {OTHER_VALUE}", seconds, f"ran {ran}, and the pages; from nothing: {cold:.2f} s")
        self.ratios["one_parameter"] = cold / seconds

    def many_editions(self) -> None:
        """Compare twelve small editions in one command with a command for each."""
        files, option = self.copies(self.temporary / "params"), ("--jobs", SIDE_BY_SIDE)
        one_command, commands = self.temporary / "one", self.temporary / "each"
        one = self.shortest(lambda outputs: staat("run", outputs, *files, *option).seconds, one_command)
        each = self.shortest(lambda outputs: sum(running(file, *option)(outputs) for file in files), commands)
        for file in files:
            require_same(one_command / file.stem, commands / file.stem, file.stem)
        how = f"s each; {' '.join(option)}"
        row(f"{EDITIONS} editions like {SMALL}, one command", one, f"{one / EDITIONS:.2f} {how}")
        row(f"{EDITIONS} commands, one after the other", each, f"{each / EDITIONS:.2f} {how}; the same tables")
        self.ratios["twelve_editions"] = each / one

    def edits(self) -> None:
        """Measure a run after an edited text, and one after an edited caption, in a copy of the project."""
        cold, copy = self.cold, self.temporary / "project"
        for name in ("src", "notebooks", "params", "docs", ".staat"):
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy2(ROOT / "requirements.lock", copy)
        words = [tool("staat"), "run", f"params/{self.edition}.yml", "--outputs", self.outputs]
        run = partial(timed, words, {"PYTHONPATH": str(copy / "src")}, copy)
        run()  # this copy has no commit: its pages say so
        for what, edit in (("a text", _edit_text), ("a caption", _edit_caption)):
            edit(copy)
            done = run()
            ran = ", ".join(EXECUTED.findall(done.said)) or "nothing"
            row(
                f"staat run, {what} of {EDITED} edited",
                done.seconds,
                f"ran {ran}, and the pages; from nothing: {cold:.2f} s",
            )
            self.ratios[f"edited_{what.split()[-1]}"] = cold / done.seconds

    def copies(self, folder: Path) -> list[Path]:
        """Write the params files of small editions that differ in name and seed."""
        folder.mkdir()
        told = yaml.safe_load(params_file(ROOT, SMALL).read_text("utf8"))
        # With another seed the smallest world can lack pupils for a model, or have too few of some kind to be shown.
        told["data"]["scale"], told["school_choice"]["nonwestern_edges"] = 0.1, [0.2, 0.4]
        files = [folder / f"{SMALL}-{number:02}.yml" for number in range(1, EDITIONS + 1)]
        for number, file in enumerate(files):
            other = {**told, "edition": file.stem, "seed": told["seed"] + number}
            file.write_text(yaml.safe_dump(other, sort_keys=False), "utf8")
        return files


def _edit_text(project: Path) -> None:
    path = project / "notebooks" / f"{EDITED}.ipynb"
    notebook = json.loads(path.read_text("utf8"))
    cell = next(cell for cell in notebook["cells"] if cell["cell_type"] == "markdown" and len(cell["source"]) > 1)
    cell["source"] = ["".join(cell["source"]), "\n\nThis was added."]
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", "utf8")


def _edit_caption(project: Path) -> None:
    path = project / "src" / "analysis" / "chapters" / STEM / "exhibits.yml"
    edited, changed = re.subn(r"(caption:\s+en: \S+)", r"\1 again", path.read_text("utf8"), count=1)
    if not changed:
        sys.exit(f"{path.name}: has no caption to edit")
    path.write_text(edited, "utf8")


def _paths(kind: str, paths: Iterable[Path]) -> str:
    return f"    {kind}: {', '.join(json.dumps(str(path)) for path in paths)}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", default="1,2,3,4,5", help="which rows to measure; default: all")
    parser.add_argument("--edition", default=DEFAULT_EDITION, help="the edition of rows 1 to 3; it has school_choice")
    parser.add_argument("--tries", type=int, default=5, help="tries of a command that executes nothing")
    parser.add_argument("--rounds", type=int, default=1, help="tries of a whole run")
    parser.add_argument("--processor", action="store_true", help="seconds of processors, not of the clock on the wall")
    parser.add_argument("--snakemake", type=Path, help="Snakemake's command, in an environment of its own")
    return parser.parse_args()


def _additions() -> float:
    started, total = time.perf_counter(), 0
    for number in range(ADDITIONS):
        total += number
    return time.perf_counter() - started


def main() -> None:
    """Print where it ran, the table and the ratios."""
    global clock
    told = _arguments()
    clock = processor_seconds if told.processor else time.perf_counter
    versions = [f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in VERSIONS)]
    snakemake = told.snakemake.absolute() if told.snakemake else None
    if snakemake:
        versions.append(f"snakemake {timed([snakemake, '--version']).said.strip()}")
    sys.stdout.write(f"{processors()} processors, {', '.join(versions)}\n")
    sys.stdout.write(f"{ADDITIONS:,} additions in Python take {_additions():.2f} s; seconds are of ")
    sys.stdout.write("processors\n" if told.processor else "the clock on the wall\n")
    with tempfile.TemporaryDirectory(prefix="run-system-") as temporary:
        bench = Bench(told.edition, Path(temporary).resolve(), told.tries, told.rounds, snakemake)
        bench.go([int(number) for number in told.rows.split(",")])


if __name__ == "__main__":
    main()
