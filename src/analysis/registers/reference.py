"""The keys of a mapping as tables, for the documentation: `staat sync` writes them to docs/own_data.md."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from analysis.data.microdata import MICRODATA
from analysis.registers.columns import VERBS, Verb
from analysis.registers.mapping import File, Intake, Join, Spells, TableMap


def reference() -> str:
    """Return the keys of a mapping, the verbs and the tables of the contracts, in Markdown."""
    parts: dict[str, type[BaseModel]] = {
        "The file itself": Intake,
        "Each of `files`": File,
        "`on_day` of a file": Spells,
        "Each of `tables`": TableMap,
        "Each of `joins`": Join,
    }
    blocks = [f"### {title}\n\n{_keys(model)}" for title, model in parts.items()]
    return "\n".join([*blocks, f"### Verbs\n\n{_verbs()}", f"### Tables and columns\n\n{_contracts()}"])


def _keys(model: type[BaseModel]) -> str:
    rows = [
        f"| `{info.alias or name}` | {info.description or ''} | {_default(info)} |\n"
        for name, info in model.model_fields.items()
    ]
    return "| key | meaning | default |\n|---|---|---|\n" + "".join(rows)


def _verbs() -> str:
    head = "| verb | gives | keys besides |\n|---|---|---|\n"
    return head + "".join(
        f"| `{name}` | {_first_line(verb)} | {', '.join(_besides(verb, name))} |\n" for name, verb in VERBS.items()
    )


def _besides(verb: type[Verb], name: str) -> Iterator[str]:
    for key, info in verb.model_fields.items():
        if key != name and key not in Verb.model_fields:
            yield f"`{key}`" + (f" ({info.description})" if info.description else "")


def _contracts() -> str:
    return "".join(_contract(name) for name in MICRODATA)


def _contract(name: str) -> str:
    head = f"`{name}`\n\n| column | may be absent | values may be missing | meaning |\n|---|---|---|---|\n"
    yes = {True: "yes", False: ""}
    rows = [
        f"| `{column}` | {yes[not rule.required]} | {yes[bool(rule.nullable)]} | {rule.description} |\n"
        for column, rule in MICRODATA[name].columns.items()
    ]
    return f"{head}{''.join(rows)}\n"


def _first_line(verb: type[Verb]) -> str:
    return (verb.__doc__ or "").splitlines()[0].rstrip(".").replace("|", "or")


def _default(info: FieldInfo) -> str:
    return "(required)" if info.is_required() else f"`{json.dumps(info.default)}`"
