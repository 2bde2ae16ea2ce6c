"""The command `staat`.

Exit codes: 0 done, 1 a notebook failed (`status`: something is not up to date; where asked for: editions differ), 2 the
user's input is wrong, 130 stopped by the user.
"""

from __future__ import annotations

import os
import signal
import sys
from io import TextIOWrapper
from typing import Annotated

import typer

# pydantic would look through all installed packages for plug-ins, which there are none of.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from analysis.commands import card, desk, editions, intake, published, results, sweep
from analysis.commands.running import project_at, run_orders
from analysis.edition import completion
from analysis.edition import options as option
from analysis.edition.chain import CHAIN
from analysis.edition.marks import reminder
from analysis.edition.orders import (
    DEFAULT_EDITION,
    check_environment,
    order_of,
    params_editions,
    params_file,
    refuse_unused_folder,
    with_sources,
)
from analysis.edition.variants import Naming
from analysis.errors import InputError, StaatError, placed
from analysis.run.assess import Assessor, Project
from analysis.run.chain import plan
from analysis.run.order import Options, Order, processors
from analysis.run.staging import tidy

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)


@app.callback()
def staat(version: option.Version = False) -> None:
    """Take the options that belong to no command."""


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
    other_versions: option.OtherVersions = False,
    name: option.VariantName = "",
    replace: option.Replace = False,
    cache: option.Cache = None,
) -> None:
    """Run editions: what changed, and what follows from it; then tables, figures and pages.

    Examples: `staat run ci`; `staat run params/*.yml --jobs 4`, which runs what has its data here and names the rest;
    `staat run ci --set school_choice.age=5`, which makes a variant beside the edition.
    """
    root, project = project_at(outputs)
    files = [params_file(root, each) for each in params]
    orders = [order_of(path, settings or (), root, project.memory, Naming(name, replace)) for path in files]
    for order in orders:
        refuse_unused_folder(order, root)
    check_environment(root, quiet=quiet, go_on=other_versions)
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
    for order in orders:
        options.check_stems([step.stem for step in plan(CHAIN, order.blocks.keys())], order.edition)
    stale = [order for order in orders if force or start or not _up_to_date(order, project, quiet)]
    able, lacking = with_sources(stale, root) if len(orders) > 1 else (stale, [])
    if able:
        run_orders(able, project, options, quiet, checked=len(orders) > 1)
    project.remember()
    if not quiet:
        sys.stdout.writelines(f"{line}\n" for line in map(reminder, files) if line)
    if lacking:
        raise InputError.several(lacking)


@app.command()
def status(
    edition: Annotated[str | None, typer.Argument(metavar="EDITION", help="Name of an edition; default: all.")] = None,
    settings: option.Settings = None,
    name: option.VariantName = "",
    outputs: option.Outputs = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same for programs.")] = False,
) -> None:
    """Show for each step whether it is up to date, stale (why) or failed (where), and how long it took.

    Exit codes: 0 all is up to date, 1 something is stale, failed or not published. Example: `staat status ci --json`.
    """
    from analysis.run.show import status as state

    root, project = project_at(outputs)
    names = [edition] if edition else params_editions(root)
    orders = [order_of(params_file(root, each), settings or (), root, project.memory, Naming(name)) for each in names]
    editions = [state.overview(Assessor(order, CHAIN, project)) for order in orders]
    sys.stdout.write(state.as_json(editions) if as_json else "\n".join(map(state.table, editions)))
    project.remember()
    raise typer.Exit(0 if all(edition.up_to_date for edition in editions) else 1)


@app.command()
def why(
    stem: Annotated[str, typer.Argument(metavar="STEM", help="Stem of a notebook, such as school_choice.")],
    edition: option.EditionName = DEFAULT_EDITION,
    settings: option.Settings = None,
    name: option.VariantName = "",
    outputs: option.Outputs = None,
) -> None:
    """Show in one line why a step would run, or that it is up to date. Example: `staat why school_choice ci`."""
    from analysis.run.show.status import why_line

    root, project = project_at(outputs)
    order = order_of(params_file(root, edition), settings or (), root, project.memory, Naming(name))
    sys.stdout.write(why_line(Assessor(order, CHAIN, project), stem) + "\n")
    project.remember()


@app.command()
def check(
    edition: option.EditionName,
    settings: option.Settings = None,
    outputs: option.Outputs = None,
) -> None:
    """Examine the registers of an edition, in counts, and say which chapters can run.

    Exit codes: 0 all can, 1 some cannot, 2 the mapping or the files are wrong. Example: `staat check our-registers`.
    """
    from analysis.edition.checking import check_edition

    root, project = project_at(outputs)
    report, code = check_edition(params_file(root, edition), settings or (), root, project.memory)
    sys.stdout.write(f"{report}\n")
    raise typer.Exit(code)


for own in (desk, published, editions, results, sweep, card):
    app.add_typer(own.app)
app.add_typer(intake.app, name="intake")


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


def _up_to_date(order: Order, project: Project, quiet: bool) -> bool:
    published = project.outputs / order.edition
    if not Assessor(order, CHAIN, project).up_to_date(published):
        return False
    tidy(project.outputs, order.edition)
    if not quiet:
        sys.stdout.write(f"{order.edition}: up to date\nread it: {published / 'index.html'}\n")
    return True


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
