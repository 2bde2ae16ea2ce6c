"""The templates of what is published: everything that enters one is escaped, in the language of the edition."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from analysis.language import header, localised, spoken, term, text

TEMPLATES = Path(__file__).parent / "templates"
WORDS = {"text": text, "term": term, "header": header, "localised": localised, "spoken": spoken}


def render(template: str, **values: object) -> str:
    """Fill a template of a table, figure or finding.

    A value that the template asks for and does not get is an error.
    """
    return environment_of(TEMPLATES).get_template(template).render(**values)


@cache
def environment_of(folder: Path) -> Environment:
    """Return what fills the templates of a folder, and escapes all that enters them."""
    loader = FileSystemLoader(folder)
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.globals.update(WORDS)
    return made
