"""Write docs/coverage.md from what the slow tests recorded: how often intervals cover the truth.

python -m pytest -m slow --junitxml=report.xml && python tools/coverage_report.py report.xml [...]
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from pathlib import Path

REPORT = Path(__file__).parent.parent / "docs" / "coverage.md"

HEAD = """\
# How often intervals cover the truth

Share of 95% intervals that hold the truth of the synthetic world, over at least 200 small worlds each (500 where the
toelage does nothing). Written by `make slow` from what its tests recorded; the tests demand 92-98% per model, and for
the toelage 93-97% over its outcomes (less where errors are clustered by school, which passes over what boards share).
An honest interval promises at least 95%, so that it may cover more often. Of tests at 5% it is the share that do not
reject what is true. Rows of the school advice may lie between 90 and 99% each, their mean between 93 and 97%. Rows
that name what nobody measures show what an interval that does not know of it is worth: the chapters say so where they
publish one. Rows of two steps without schools that nobody attends show what random effects of schools took the place
of.

| what is estimated, and how | covered |
|---|---|
"""


def recorded(path: Path) -> dict[str, float]:
    """Return the coverage that the tests of one report recorded; refuses a report with a failure."""
    root = ET.parse(path).getroot()  # noqa: S314 - our own file
    if any(int(suite.get(kind, "0")) for suite in root.iter("testsuite") for kind in ("failures", "errors")):
        sys.exit(f"{path}: a slow test failed; no report is written")
    return {str(p.get("name")): float(str(p.get("value"))) for p in root.iter("property")}


def main() -> None:
    """Join the reports named and write one table."""
    shares = {name: share for word in sys.argv[1:] for name, share in recorded(Path(word)).items()}
    if not shares:
        sys.exit("no coverage was recorded: name the reports of `pytest -m slow --junitxml=FILE`")
    rows = "".join(f"| {name} | {share:.1%} |\n" for name, share in sorted(shares.items()))
    REPORT.write_text(HEAD + rows, "utf8")


if __name__ == "__main__":
    main()
