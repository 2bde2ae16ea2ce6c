"""The command `staat`.

Exit codes: 0 done, 1 a notebook failed (or, where asked for, editions differ), 2 the user's input is wrong, 130 stopped
by the user.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

# pydantic would look through all installed packages for plug-ins, which there are none of.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from analysis.commands import results, sweep
from analysis.commands.card import card
from analysis.commands.running import run_orders as _run
from analysis.commands.running import stoppable as _stoppable
from analysis.edition import completion
from analysis.edition import options as option
from analysis.edition.chain import CHAIN
from analysis.edition.marks import reminder
from analysis.edition.orders import (
    DEFAULT_EDITION,
    check_sources,
    edition_named,
    order_of,
    order_of_published,
    params_editions,
    params_file,
    refuse_unused_folder,
)
from analysis.edition.orders import project_of as project_in
from analysis.edition.variants import Naming
from analysis.errors import InputError, StaatError, placed
from analysis.run.assess import Assessor, Project
from analysis.run.order import Options, Order, processors
from analysis.run.staging import tidy
from analysis.run.workspace import project_root

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)


@app.command()
def run(
    params: option.ParamsFiles,
    settings: option.Settings = None,
    outputs: option.Outputs = None,
    quiet: option.Quiet = False,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only", metavar="STEM", help="Run this step and what it needs.", autocompletion=completion.stems
        ),
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", metavar="STEM", help="Run this step and all that follow, changed or not.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Run steps that did not change, too.")] = False,
    jobs: option.Jobs = 0,
    cluster: option.Cluster = None,
    cluster_without_encryption: option.Unencrypted = False,
    tls_ca: option.TlsAuthority = "",
    tls_cert: option.TlsCertificate = "",
    tls_key: option.TlsKey = "",
    fresh_kernels: option.Fresh = False,
    name: option.VariantName = "",
    replace: option.Replace = False,
    cache: option.Cache = None,
) -> None:
    """Run editions: what changed, and what follows from it; then tables, figures and pages.

    With --set it makes a variant beside the edition, as in: staat run ci --set school_choice.age=5
    """
    root, project = _project(outputs)
    files = [params_file(root, name) for name in params]
    orders = [order_of(path, settings or (), root, project.memory, Naming(name, replace)) for path in files]
    for order in orders:
        refuse_unused_folder(order, root)
    options = Options(
        jobs or processors(),
        cluster,
        fresh_kernels,
        tuple(only or ()),
        start,
        force,
        cluster_without_encryption=cluster_without_encryption,
        tls=(tls_ca, tls_cert, tls_key),
        cache=cache,
    )
    stale = [order for order in orders if force or start or not _up_to_date(order, project, quiet)]
    if stale:
        _run(stale, project, options, quiet)
    project.remember()
    if not quiet:
        sys.stdout.writelines(f"{line}\n" for line in map(reminder, files) if line)


@app.command()
def status(
    edition: Annotated[str | None, typer.Argument(metavar="EDITION", help="Name of an edition; default: all.")] = None,
    settings: option.Settings = None,
    outputs: option.Outputs = None,
) -> None:
    """Show for each step whether it is up to date, stale (why) or failed (where), and how long it took."""
    from analysis.run.show.status import table

    root, project = _project(outputs)
    names = [edition] if edition else params_editions(root)
    orders = [order_of(params_file(root, name), settings or (), root, project.memory) for name in names]
    sys.stdout.write("\n".join(table(Assessor(order, CHAIN, project)) for order in orders))
    project.remember()


@app.command()
def why(
    stem: Annotated[str, typer.Argument(metavar="STEM", help="Stem of a notebook, such as school_choice.")],
    edition: option.EditionName = DEFAULT_EDITION,
    settings: option.Settings = None,
    outputs: option.Outputs = None,
) -> None:
    """Show in one line why a step would run, or that it is up to date."""
    from analysis.run.show.status import why_line

    root, project = _project(outputs)
    order = order_of(params_file(root, edition), settings or (), root, project.memory)
    sys.stdout.write(why_line(Assessor(order, CHAIN, project), stem) + "\n")
    project.remember()


@app.command()
def check(
    edition: option.EditionName,
    settings: option.Settings = None,
    outputs: option.Outputs = None,
) -> None:
    """Examine the registers of an edition, in counts, and say which chapters can run.

    Exit codes: 0 all can, 1 some cannot, 2 the mapping or the files are wrong.
    """
    from analysis.edition.checking import check_edition

    root, project = _project(outputs)
    report, code = check_edition(params_file(root, edition), settings or (), root, project.memory)
    sys.stdout.write(f"{report}\n")
    raise typer.Exit(code)


@app.command()
def verify(
    edition: option.EditionName,
    settings: option.Settings = None,
    outputs: option.Outputs = None,
    quiet: option.Quiet = False,
    jobs: option.Jobs = 1,
    fresh_kernels: Annotated[
        bool, typer.Option("--fresh-kernels/--warm-kernels", help="How the second run starts kernels.")
    ] = True,
    hash_seed: Annotated[str, typer.Option("--hash-seed", help="Python's hash seed in the second run.")] = "1",
) -> None:
    """Check every hash of a published edition, run it again elsewhere, and compare byte for byte.

    The second run goes about it differently (one notebook at a time, new interpreters, another hash seed).
    """
    from analysis.run.show.view import view
    from analysis.run.verify import damaged, repeated

    root, project = _project(outputs)
    folder = _published(project, edition)
    _fail_with(folder, damaged(folder))
    order = order_of_published(folder, settings or (), root, Path(edition) if edition.endswith(".yml") else None)
    check_sources(order, root)
    options = Options(jobs or processors(), fresh_kernels=fresh_kernels, hash_seed=hash_seed)
    with _stoppable(), view(sys.stdout, quiet=quiet) as watch:
        compared, different = repeated(folder, order, CHAIN, project, options, watch)
    _fail_with(folder, different)
    sys.stdout.write(f"{folder}: every hash is right, and a second run gave the same {compared} files\n")


@app.command()
def release(
    edition: option.EditionName,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="New or empty folder, or one of an earlier release.")],
    outputs: option.Outputs = None,
) -> None:
    """Copy what may be released of a published edition into a folder that can be served or passed on as it is."""
    from analysis.run.release import release as copy

    root, project = _project(outputs)
    folder = _published(project, edition)
    files = copy(folder, to, root)
    sys.stdout.write(f"{to}: {len(files)} files of {folder.name}, which may leave; nothing internal is among them\n")
    sys.stdout.write(f"read it: {to / 'index.html'}\n")


@app.command()
def export(
    edition: option.EditionName,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="New or empty folder, or one of an earlier export.")],
    outputs: option.Outputs = None,
) -> None:
    """Write what the checker of a secure environment takes: tables as CSV and spreadsheet, and an overview of them."""
    from analysis.publish.export import export as copy

    root, project = _project(outputs)
    folder = _published(project, edition)
    files = copy(folder, to, root)
    sys.stdout.write(f"{to}: {len(files)} files of {folder.name}, all tables and text; begin with overview.xlsx\n")


@app.command()
def diff(
    before: option.Before,
    after: option.After,
    outputs: option.Outputs = None,
    attribute: Annotated[
        bool, typer.Option("--attribute", help="Run A's code on B's data and parameters, for the share of each.")
    ] = False,
    data: option.Data = None,
    tolerance: Annotated[
        float, typer.Option("--tolerance", help="Relative difference up to which numbers are equal.")
    ] = 1e-9,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="DIR", help="Folder of diff.html; default: beside the editions.")
    ] = None,
    fail_on_change: Annotated[
        bool, typer.Option("--fail-on-change", help="Exit code 1 when anything differs.")
    ] = False,
) -> None:
    """Show what changed from edition A to edition B, and why: in the terminal and as a page."""
    from analysis.compare.command import diff as compare

    root, project = _project(outputs)
    source = (data or root / "data") if attribute else None
    changed = compare((before, after), project.outputs, root, tolerance=tolerance, data=source, to=to)
    if changed and fail_on_change:
        raise typer.Exit(1)


@app.command()
def new(
    edition: Annotated[str, typer.Argument(metavar="EDITION", help="Name of the new edition.")],
    like: option.Like,
    intake: option.OfRegisters = "",
) -> None:
    """Begin a new edition as a copy of another: its params file, with what must be decided marked."""
    from analysis.edition.draft import begin

    root = project_root()
    path = begin(edition, params_file(root, like), root / "params", intake)
    sys.stdout.write(f"{path.relative_to(root)} is written" + (", and runs as it is" if not intake else "") + "\n")
    sys.stdout.write(f"{reminder(path)}\n")
    sys.stdout.write("next: decide, take each mark away, name the edition in the README's table, then\n")
    run = f"staat run {edition}"
    commands = [f"staat check {edition}", run] if intake else [run, f"staat diff {Path(like).stem} {edition}"]
    sys.stdout.write("".join(f"  {command}\n" for command in commands))


@app.command("params")
def show_params() -> None:
    """List every parameter: key, type, unit, default, meaning."""
    from rich.console import Console
    from rich.table import Table

    from analysis.edition.model import parameter_rows

    table = Table("key", "type", "unit", "default", "meaning", box=None, pad_edge=False)
    for row in parameter_rows():
        table.add_row(*row.values())
    Console(width=None if sys.stdout.isatty() else 160).print(table)


@app.command()
def sync() -> None:
    """Write what follows from the declarations of chapters: parameters cells, params/schema.json, README's table."""
    from analysis.edition.sync import sync as write

    sys.stdout.write("".join(f"{path}\n" for path in write(project_root())))


@app.command()
def world(
    params: option.EditionName,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Empty folder to write to.")],
    form: option.Form = None,
    settings: option.Settings = None,
) -> None:
    """Write the synthetic world of an edition as a researcher would receive it, or with --as as an office has it."""
    from analysis.chapters.data.parameters import DataBlock
    from analysis.edition.params import read_edition

    edition = read_edition(params_file(project_root(), params), settings or ())
    block = edition.given.get("data")
    if not isinstance(block, DataBlock) or block.source != "synthetic":
        raise InputError(f"{params}: data.source", "there is a world behind editions of the synthetic city only")
    from analysis.intake import write_edition_world

    written = edition.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    of_data = block.model_dump(include={"scale", "schoolweging_year", "lacks"})
    files = write_edition_world(to, written, form, seed=edition.seed, **of_data)
    sys.stdout.write("".join(f"{path}\n" for path in files))


intake = typer.Typer(no_args_is_help=True, help="Help with the mapping of an office's own files (params/intake).")
app.add_typer(intake, name="intake")
Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder with the files.")]


@intake.command("profile")
def intake_profile(
    folder: Folder,
    codes: Annotated[
        str | None, typer.Option("--codes", metavar="COLUMN", help="List its codes that occur ten times or more.")
    ] = None,
) -> None:
    """Say what the files of a folder are like: formats, columns, what is missing; never a value that is rare."""
    from analysis.registers import profile

    lines = profile.codes(folder, codes) if codes else profile.as_lines(profile.profile(folder))
    for line in lines:
        typer.echo(line)


@intake.command("suggest")
def intake_suggest(folder: Folder) -> None:
    """Write the beginning of a mapping for the files of a folder, from names of columns that are known."""
    from analysis.registers.suggest import suggest

    typer.echo(suggest(folder), nl=False)


for command in (results.tables, results.findings, sweep.sweep, card):
    app.command()(command)


def main() -> None:
    """Run the command; an error that the user can mend is one message, not a traceback."""
    for name in ("SIGTERM", "SIGBREAK"):  # the second is Ctrl-Break, or a window that is closed, on Windows
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _stop)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a sign shows another, and nothing stops
    try:
        app()
    except StaatError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
    except Exception as error:
        if sys.flags.dev_mode:
            raise
        said = f"stopped with {placed(error)}; what it says is not shown: it may hold a value of a person"
        sys.stderr.write(f"{said}\n  do      report this fault; PYTHONDEVMODE=1 shows all, on data of nobody\n")
        sys.exit(1)


def _project(outputs: Path | None) -> tuple[Path, Project]:
    root = project_root()
    return root, project_in(root, (outputs or root / "outputs").resolve())


def _published(project: Project, edition: str) -> Path:
    """Return the folder of a published edition, named as such or by its params file."""
    return project.outputs / edition_named(edition)


def _up_to_date(order: Order, project: Project, quiet: bool) -> bool:
    published = project.outputs / order.edition
    if not Assessor(order, CHAIN, project).up_to_date(published):
        return False
    tidy(project.outputs, order.edition)
    if not quiet:
        sys.stdout.write(f"{order.edition}: up to date\nread it: {published / 'index.html'}\n")
    return True


def _fail_with(folder: Path, problems: Sequence[str]) -> None:
    if problems:
        raise StaatError("\n  ".join([f"{folder}: {len(problems)} files are not what they should be", *problems]))


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
