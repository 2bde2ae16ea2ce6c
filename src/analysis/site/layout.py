"""The templates of whole pages, apart from those of tables and figures: notebooks do not depend on these."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.dates import format_datetime
from markupsafe import Markup

from analysis.language import spoken
from analysis.publish.layout import environment_of

TEMPLATES = Path(__file__).parent / "templates"
FACTS = {"language": "en", "synthetic": False, "region": "", "school_years": (), "appendices": ()}


def render(template: str, **values: object) -> str:
    """Fill the template of a page; a value that it asks for and does not get is an error."""
    return environment_of(TEMPLATES).get_template(template).render(moment=moment, grid=grid, **values)


def document(template: str, *, facts: Mapping[str, Any], **values: object) -> str:
    """Fill the template of a whole page with the style, script and content policy that all pages share."""
    script = asset("page.js")
    return render(
        template,
        facts={**FACTS, **facts},
        css=Markup(asset("style.css")),  # noqa: S704 - a file of this package
        script=Markup(script),  # noqa: S704 - a file of this package
        policy=content_policy(script),
        **values,
    )


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
    return f"{format_datetime(when, 'd MMMM y, HH:mm', locale=spoken())} UTC"


def grid(
    caption: str, headers: Sequence[str], rows: Sequence[Sequence[object]], numbers_from: int | None = None
) -> Markup:
    """Return an accessible table; the columns from `numbers_from` on hold numbers."""
    first = len(headers) if numbers_from is None else numbers_from
    html = render("grid.html.j2", caption=caption, headers=headers, rows=rows, numbers_from=first)
    return Markup(html)  # noqa: S704 - the template escaped what entered it
