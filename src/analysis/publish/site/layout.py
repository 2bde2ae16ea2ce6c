"""The templates of whole pages, apart from those of tables and figures: notebooks do not depend on these."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from pathlib import Path

from analysis.publish.layout import environment_of

TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, **values: object) -> str:
    """Fill the template of a page; a value that it asks for and does not get is an error."""
    return environment_of(TEMPLATES).get_template(template).render(moment=moment, **values)


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
