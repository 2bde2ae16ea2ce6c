"""The templates of tables, figures and pages: everything that enters one is escaped."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, **values: object) -> str:
    """Fill a template of this package; a value that the template asks for and does not get is an error."""
    return _environment().get_template(template).render(**values)


def asset(name: str) -> str:
    """Return the text of a style sheet or script that every page carries in itself."""
    return (TEMPLATES / name).read_text("utf8")


def content_policy(script: str) -> str:
    """Return the Content-Security-Policy of a page: no request of any kind, and no script but `script`."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    rules = {
        "default-src": "'none'",
        "img-src": "data: 'self'",
        "style-src": "'unsafe-inline'",
        "script-src": f"'sha256-{digest}'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{rule} {value}" for rule, value in rules.items())


def moment(stamp: str) -> str:
    """Write an ISO 8601 moment for a reader, in UTC."""
    when = datetime.fromisoformat(stamp).astimezone(UTC)
    return f"{when.day} {when:%B %Y, %H:%M} UTC"


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(TEMPLATES)
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals["moment"] = moment
    return environment
