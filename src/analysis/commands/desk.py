"""The commands of `staat` for the hours between runs: lab, publish, open, watch, graph."""

from __future__ import annotations

import subprocess
import sys
import threading
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer

from analysis.commands.running import project_at
from analysis.edition import completion
from analysis.edition import options as option
from analysis.edition.chain import CHAIN
from analysis.edition.orders import DEFAULT_EDITION, edition_named, order_of, params_file
from analysis.edition.variants import Naming
from analysis.run.workspace import project_root

if TYPE_CHECKING:
    from analysis.desk.copies import Copy
    from analysis.desk.lab import Failure
    from analysis.run.assess import Project
    from analysis.run.order import Order

app = typer.Typer()

Stem = Annotated[
    str | None,
    typer.Argument(metavar="STEM", help="Stem of a notebook, such as school_choice.", autocompletion=completion.stems),
]
Chapter = Annotated[
    str, typer.Argument(metavar="CHAPTER", help="Stem of its notebook.", autocompletion=completion.stems)
]
Opened = Annotated[
    str, typer.Argument(metavar="EDITION", help="Name of an edition.", autocompletion=completion.editions)
]
Browser = Annotated[bool, typer.Option("--browser/--no-browser", help="Whether a browser is opened.")]


def _begin(
    edition: str, settings: list[str] | None, outputs: Path | None, naming: Naming
) -> tuple[Path, Project, Order]:
    root, project = project_at(outputs)
    return root, project, order_of(params_file(root, edition), settings or (), root, project.memory, naming)


@app.command()
def lab(
    edition: Annotated[
        str | None,
        typer.Argument(metavar="EDITION", help="Whose parameters and tables.", autocompletion=completion.editions),
    ] = None,
    stem: Stem = None,
    failed: Annotated[
        bool, typer.Option("--failed", help="The notebook that failed, with a link to the cell that failed.")
    ] = False,
    anew: Annotated[bool, typer.Option("--anew", help="Make the scratch copy anew, without the edits in it.")] = False,
    settings: option.Settings = None,
    name: option.VariantName = "",
    replace: option.Replace = False,
    outputs: option.Outputs = None,
    browser: Browser = True,
) -> None:
    """Open JupyterLab on a scratch copy of a notebook, with an edition's parameters and what its last run left.

    Example: `staat lab ci school_choice`, or after a failure `staat lab ci --failed`. Without a STEM all notebooks of
    the edition are copied; without an EDITION JupyterLab opens at the project's root. Print, head and plt.show are free
    in a scratch copy; `staat publish` writes its cells back.
    """
    from analysis.desk import lab as desk

    if edition is None:
        root = project_root()
        words = desk.command_of(root, "/lab", browser=browser)
        raise typer.Exit(desk.start(words, desk.environment_of(None, (outputs or root / "outputs").resolve()), root))
    root, project, order = _begin(edition, settings, outputs, Naming(name, replace))
    steps = desk.steps_of(order, CHAIN, stem)
    found = desk.failures(order, steps, project) if failed else []
    steps = [found[0].step] if found else steps
    if failed and not found:
        sys.stdout.write(f"{order.edition}: no step failed the last time\n")
    copies = desk.prepare(order, steps, project, found, anew=anew)
    sys.stdout.write("".join(f"{copy.path.relative_to(root)}: {done}\n" for copy, done in copies))
    if found:
        _tell(copies[0][0], found)
    path = copies[0][0].path if len(copies) == 1 else copies[0][0].path.parent
    words = desk.command_of(root, desk.address_of(path, root), browser=browser)
    sys.stdout.flush()
    raise typer.Exit(desk.start(words, desk.environment_of(order, project.outputs), root))


def _tell(copy: Copy, found: list[Failure]) -> None:
    """Say which cell failed, and what failed besides; the first cell of the copy leads to it."""
    from analysis.desk.lab import name_of

    sys.stdout.write(f"{name_of(found[0], copy)}, to which its first cell leads: {found[0].message}\n")
    sys.stdout.write("".join(f"failed too: {other.message}\n" for other in found[1:]))


@app.command()
def publish(
    edition: Opened,
    stem: Chapter,
    settings: option.Settings = None,
    name: option.VariantName = "",
    replace: option.Replace = False,
    outputs: option.Outputs = None,
) -> None:
    """Write the cells of a scratch copy back to its notebook, without outputs, and run the edition.

    Example: `staat publish ci school_choice`. The notebook keeps its own parameters cell; cells whose first line is
    `# scratch` stay behind. Exit codes are those of `staat run`.
    """
    from analysis.desk.copies import copy_of
    from analysis.desk.lab import steps_of

    root, project, order = _begin(edition, settings, outputs, Naming(name, replace))
    (step,) = steps_of(order, CHAIN, stem)
    notebook = project.notebook(step)
    changed = copy_of(root, notebook, order.edition).take_back()
    sys.stdout.write(f"{notebook.relative_to(root)}: {'written' if changed else 'nothing to change'}\n")
    sys.stdout.flush()
    words = [sys.executable, "-m", "analysis.cli", *_run_words(edition, settings, Naming(name, replace), project)]
    done = subprocess.run(words, cwd=root, check=False)  # noqa: S603 - our own command
    raise typer.Exit(done.returncode)


@app.command("open")
def open_page(
    edition: Opened = DEFAULT_EDITION,
    chapter: Annotated[
        str | None,
        typer.Argument(metavar="CHAPTER", help="Stem of its notebook.", autocompletion=completion.stems),
    ] = None,
    outputs: option.Outputs = None,
    browser: Browser = True,
) -> None:
    """Open a page of a published edition in the browser. Example: `staat open ci school_choice`."""
    from analysis.desk.pages import page_of

    root = project_root()
    page = page_of((outputs or root / "outputs").resolve() / edition_named(edition), chapter)
    sys.stdout.write(f"{page}\n")
    if browser:
        webbrowser.open(page.as_uri())


@app.command()
def watch(
    chapter: Chapter,
    edition: Opened = DEFAULT_EDITION,
    settings: option.Settings = None,
    name: option.VariantName = "",
    replace: option.Replace = False,
    outputs: option.Outputs = None,
    browser: Browser = True,
    port: Annotated[int, typer.Option("--port", help="Of the pages on this machine; default: a free one.")] = 0,
) -> None:
    """Run an edition again at every save of a chapter's notebook, its folder or the params file; the page follows.

    Example: `staat watch school_choice ci`. Ctrl-C ends it. The pages are served to this machine alone, as they are.
    """
    from analysis.desk.lab import steps_of
    from analysis.desk.ready import Ready
    from analysis.desk.server import Server, Shown
    from analysis.desk.watch import follow, sources

    root, project, order = _begin(edition, settings, outputs, Naming(name, replace))
    (step,) = steps_of(order, CHAIN, chapter)
    shown = Shown(f"/html/{quote(step.notebook)}.html")
    server = Server(project.outputs / order.edition, shown, port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    _say(f"{step.notebook} of {order.edition} at {server.address}")
    if browser:
        webbrowser.open(server.address)
    paths = sources(root, params_file(root, edition), step.notebook, step.stem)
    words = _run_words(edition, settings, Naming(name, replace), project)
    try:
        with Ready(root, project.package) as ready:
            follow(paths, lambda: ready.run(words), shown, _say)
    except KeyboardInterrupt:
        _say("ended")


@app.command()
def graph(
    edition: Opened = DEFAULT_EDITION,
    settings: option.Settings = None,
    name: option.VariantName = "",
    replace: option.Replace = False,
    outputs: option.Outputs = None,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="Of the SVG; default: EDITION.svg beside the editions.")
    ] = None,
) -> None:
    """Show the chain of an edition, here and as an SVG: what follows from what, what is stale and why, and the times.

    Example: `staat graph ci`.
    """
    from analysis.desk.graph import as_svg, in_terminal
    from analysis.run.assess import Assessor
    from analysis.run.show.status import overview

    _, project, order = _begin(edition, settings, outputs, Naming(name, replace))
    state = overview(Assessor(order, CHAIN, project))
    project.remember()
    path = to or project.outputs / f"{order.edition}.svg"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(as_svg(state), "utf8", newline="\n")
    sys.stdout.write(f"{in_terminal(state)}drawn in {path}\n")


def _run_words(edition: str, settings: list[str] | None, naming: Naming, project: Project) -> list[str]:
    changes = [*(word for setting in settings or () for word in ("--set", setting)), *naming.words]
    return ["run", edition, *changes, "--outputs", str(project.outputs)]


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
