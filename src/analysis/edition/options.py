"""The arguments and options that commands of `staat` share, or that are too long to be with one."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from analysis.edition import completion
from analysis.run.workspace import OUTPUTS_VARIABLE
from analysis.synthetic.offices import FORMS
from analysis.variables import DATA_VARIABLE, SHARED_VARIABLE


def _say_version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"staat {version('staat')}, Python {platform.python_version()}\n")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", help="Say which version this is.", callback=_say_version, is_eager=True)
]
Settings = Annotated[list[str] | None, typer.Option("--set", metavar="BLOCK.KEY=VALUE", help="Override one parameter.")]
VariantName = Annotated[
    str, typer.Option("--as", metavar="NAME", help="Name of what --set makes: EDITION+NAME; by default the settings.")
]
Replace = Annotated[bool, typer.Option("--replace", help="Let what --set makes take the place of the edition.")]
Cache = Annotated[
    Path | None,
    typer.Option(
        "--cache", metavar="DIR", envvar=SHARED_VARIABLE, help="Take results from here, and put them here for others."
    ),
]
OtherVersions = Annotated[
    bool, typer.Option("--other-versions", help="Go on where packages that compute differ from the lock.")
]
ParamsFiles = Annotated[
    list[str],
    typer.Argument(metavar="PARAMS...", help="Params files or names of editions.", autocompletion=completion.editions),
]
EditionName = Annotated[
    str,
    typer.Argument(
        metavar="EDITION", help="Name of an edition, or its params file.", autocompletion=completion.editions
    ),
]
Before = Annotated[
    str,
    typer.Argument(metavar="A", help="Name or folder of a published edition.", autocompletion=completion.published),
]
After = Annotated[
    str, typer.Argument(metavar="B", help="The edition to compare with it.", autocompletion=completion.published)
]
Like = Annotated[
    str, typer.Option("--like", metavar="EDITION", help="The edition to copy.", autocompletion=completion.editions)
]
OfRegisters = Annotated[
    str, typer.Option("--intake", metavar="NAME", help="On own registers, with this mapping in the place of its data.")
]
Form = Annotated[
    str | None,
    typer.Option("--as", metavar="FORM", help=f"As an office has it, with a mapping: {', '.join(FORMS)}."),
]
Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", envvar=DATA_VARIABLE, help="B's source files, for --attribute."),
]
Outputs = Annotated[
    Path | None, typer.Option("--outputs", metavar="DIR", envvar=OUTPUTS_VARIABLE, help="Folder of all editions.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress lines.")]
Jobs = Annotated[int, typer.Option("--jobs", "-j", help="Notebooks side by side; default: the processors.")]
Cluster = Annotated[
    str | None, typer.Option("--cluster", metavar="ADDRESS", help="Dask scheduler, such as tls://host:8786.")
]
Unencrypted = Annotated[
    bool,
    typer.Option(
        "--cluster-without-encryption", help="Let who is on the network between here and the cluster read and write."
    ),
]
TlsAuthority = Annotated[str, typer.Option("--tls-ca", metavar="FILE", help="Certificate of the cluster's authority.")]
TlsCertificate = Annotated[str, typer.Option("--tls-cert", metavar="FILE", help="Certificate of this client.")]
TlsKey = Annotated[str, typer.Option("--tls-key", metavar="FILE", help="Key of this client.")]
Fresh = Annotated[bool, typer.Option("--fresh-kernels", help="Start a new interpreter for every notebook.")]
