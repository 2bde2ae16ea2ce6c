"""The chain of an edition as a picture: what follows from what, what is up to date, and how long each step took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from analysis.run.assess import Standing
from analysis.run.chain import predecessors
from analysis.run.show.status import WORDS, Overview

_FILLS = {"valid": "#d9ead3", "stale": "#fce5b0", "follows": "#fff6dd", "failed": "#f4c7c3"}
_WIDTH, _HEIGHT, _ACROSS, _DOWN, _MARGIN, _HEAD = 220, 58, 90, 18, 20, 40
_NAMED = 2  # steps before one that a line names
_LETTERS = 34  # of a reason that fit into a box
_STYLE = "text{font:13px sans-serif;fill:#222}.name{font-weight:bold}.small{font-size:11px}.edge{fill:none;stroke:#888}"


def levels(before: Mapping[str, set[str]]) -> dict[str, int]:
    """Return how many steps lie before each at most, by stem; 0 for one that needs no other."""
    found: dict[str, int] = {}
    while len(found) < len(before):
        for stem, needed in before.items():
            if stem not in found and needed <= found.keys():
                found[stem] = max((found[other] + 1 for other in needed), default=0)
    return found


def in_terminal(edition: Overview) -> str:
    """Return the chain in lines: a step stands further in than those that it needs, and names them."""
    before, notebooks = _of(edition)
    level = levels(before)
    rows = [
        (
            f"{'   ' * level[each.step.stem]}{each.step.notebook}{_needed(before[each.step.stem], notebooks)}",
            WORDS[each.state],
            _seconds(each),
            _why(each, before),
        )
        for each in edition.standings
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ["  ".join([*(f"{row[i]:<{widths[i]}}" for i in range(3)), row[3]]).rstrip() for row in rows]
    return "\n".join([f"{edition.edition}: {edition.verdict}", *(f"  {line}" for line in lines), ""])


def _needed(stems: set[str], notebooks: Mapping[str, str]) -> str:
    """Return which steps come right before one: by name where they are few."""
    if len(stems) > _NAMED:
        return f" <- {len(stems)} steps"
    return f" <- {', '.join(notebooks[stem] for stem in notebooks if stem in stems)}" if stems else ""


def as_svg(edition: Overview) -> str:
    """Return the chain as a drawing: a box per step, to the right of what it needs, in the colour of its state."""
    before, _ = _of(edition)
    at = _places(levels(before), [each.step.stem for each in edition.standings])
    width = max(x for x, _ in at.values()) + _WIDTH + _MARGIN
    height = max(y for _, y in at.values()) + _HEIGHT + _MARGIN
    edges = [_edge(at[other], at[stem]) for stem, needed in before.items() for other in sorted(needed)]
    boxes = [_box(each, *at[each.step.stem]) for each in edition.standings]
    title = escape(f"{edition.edition}: {edition.verdict}")
    head = f'<text class="name" x="{_MARGIN}" y="26">{title}</text>'
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    body = "\n".join([f"<title>{title}</title>", f"<style>{_STYLE}</style>", head, *edges, *boxes])
    return f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size}>\n{body}\n</svg>\n'


def _of(edition: Overview) -> tuple[dict[str, set[str]], dict[str, str]]:
    steps = [standing.step for standing in edition.standings]
    return predecessors(steps), {step.stem: step.notebook for step in steps}


def _why(standing: Standing, before: Mapping[str, set[str]]) -> str:
    """Return why a step would run; nothing for one that only follows from those that it names."""
    return "" if standing.state == "follows" and before[standing.step.stem] else standing.reason


def _seconds(standing: Standing) -> str:
    return f"{standing.record.seconds:.1f} s" if standing.record else ""


def _places(level: Mapping[str, int], stems: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Return the corner of each box: columns by level, each in the middle of the tallest."""
    columns = {number: [stem for stem in stems if level[stem] == number] for number in sorted(set(level.values()))}
    tallest = max(map(len, columns.values()))
    return {
        stem: (
            _MARGIN + number * (_WIDTH + _ACROSS),
            _HEAD + (2 * row + tallest - len(column)) * (_HEIGHT + _DOWN) // 2,
        )
        for number, column in columns.items()
        for row, stem in enumerate(column)
    }


def _edge(start: tuple[int, int], end: tuple[int, int]) -> str:
    x, y, to_x, to_y = start[0] + _WIDTH, start[1] + _HEIGHT // 2, end[0], end[1] + _HEIGHT // 2
    bend = _ACROSS // 2
    return f'<path class="edge" d="M{x} {y}C{x + bend} {y} {to_x - bend} {to_y} {to_x} {to_y}"/>'


def _box(standing: Standing, x: int, y: int) -> str:
    reason = standing.reason if len(standing.reason) <= _LETTERS else f"{standing.reason[: _LETTERS - 4]} ..."
    state = ", ".join(filter(None, [WORDS[standing.state], _seconds(standing)]))
    said = escape(f"{standing.step.notebook}: {state}. {standing.reason}")
    looks = f'width="{_WIDTH}" height="{_HEIGHT}" rx="6" fill="{_FILLS[standing.state]}" stroke="#666"'
    return (
        f'<g><title>{said}</title><rect x="{x}" y="{y}" {looks}/>'
        f'<text class="name" x="{x + 10}" y="{y + 18}">{escape(standing.step.notebook)}</text>'
        f'<text x="{x + 10}" y="{y + 35}">{escape(state)}</text>'
        f'<text class="small" x="{x + 10}" y="{y + 50}">{escape(reason)}</text></g>'
    )
