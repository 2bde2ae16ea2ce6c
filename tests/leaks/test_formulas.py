"""A formula is text, and text runs nothing: each way to have code in one, through each way in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from analysis.compare.received import checked
from analysis.edition.orders import order_of, order_of_published
from analysis.edition.params import read_edition
from analysis.errors import InputError
from analysis.formula import check_formula

ROOT = Path(__file__).parents[2]
CANARY = "staat-canary"
SYSTEM = f"system('touch {CANARY}')"

PAYLOADS = {
    "import": f"km + __import__('os').{SYSTEM}",
    "import as a factor": f"I(__import__('os').{SYSTEM})",
    "attribute": "km.__class__.__mro__",
    "attribute without dunder": "km.values",
    "subscript": "km['x']",
    "subclasses": "().__class__.__base__.__subclasses__()",
    "lambda": f"(lambda: {SYSTEM})()",
    "comprehension": f"[{SYSTEM} for km in km]",
    "generator": f"log(x for x in {SYSTEM})",
    "walrus": "(km := 1)",
    "f-string": f"f'{{{SYSTEM}}}'",
    "f-string in a factor": f"I(f'{{{SYSTEM}}}')",
    "backticks": f"`{SYSTEM}`",
    "Q": f"Q('{SYSTEM}')",
    "block of Python": f"{{__import__('os').{SYSTEM}}}",
    "block with a call": f"{{{SYSTEM}}}",
    "I with a call": f"I({SYSTEM})",
    "eval": f"eval('{SYSTEM}')",
    "exec": f"exec('{SYSTEM}')",
    "getattr": "getattr(km, 'values')",
    "levels of C": f"C(km, levels={SYSTEM})",
    "levels by getattr": "C(kind, levels=getattr(kind, 'cat'))",
    "contrasts": f"C(km, contr.custom({SYSTEM}))",
    "contrasts as code": f"C(km, {SYSTEM})",
    "call of a call": f"log(km)({SYSTEM})",
    "star arguments": f"log(*{SYSTEM})",
    "named argument": f"log(km, out={SYSTEM})",
    "comment": f"km # + {{__import__('os').{SYSTEM}}}",
    "comment after a line": f"km\n# + {{{SYSTEM}}}",
    "backslash": f"km + \\\n{SYSTEM}",
    "escaped letters": "km + \\x5f\\x5fimport\\x5f\\x5f",
    "encoded line": f"km%0a{SYSTEM}",
    "two statements": f"km; {SYSTEM}",
    "left-hand side": f"{SYSTEM} ~ km",
    "parts": f"km | {SYSTEM}",
    "matrix operator": f"km @ {SYSTEM}",
    "nested quotes": f"I(\"'\" + '{SYSTEM}')",
    "bytes": "I(b'km')",
    "fullwidth letters": f"\uff45\uff56\uff41\uff4c({SYSTEM})",
    "offered function in other letters": "\uff4cog(km)",
    "a letter of another script": "l\u043eg(km)",
    "a sign without width": "lo\u200bg(km)",
    "text that turns round": "km\u202e + gol",
    "null": "km\0",
    "await": f"(await {SYSTEM})",
    "yield": f"(yield {SYSTEM})",
    "condition": f"km if {SYSTEM} else km",
    "comparison": "I(km < 3)",
    "ellipsis": "I(...)",
    "complex": "I(3j)",
    "a function of all values": "poly(km, 2)",
    "a hashed basis": "hashed(km)",
    "a power without end": "I(9**9**9)",
    "a tower of powers": "I(((km**9)**9 + 9)**99)",
    "a power of numbers": "I(9**9)",
    "a number without end": f"I(km * {'9' * 500})",
    "infinity": "I(km * 1e999)",
    "terms without end": "(" + "+".join("abcdefghijklmnopqrstuvwxyz") + ")**9",
    "crossed terms without end": "*".join("abcdefghijklmnopqrstuvwxyz"),
    "deep": "(" * 300 + "km" + ")" * 300,
    "deep signs": "I(" + "-" * 900 + "km)",
    "long": "+".join(["km"] * 500),
    "nothing": "",
    "names of Python's own": "__builtins__ + __name__",
}


def parameters(formula: str) -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((ROOT / "params" / "ci.yml").read_text("utf8"))
    told["school_choice"] = {**(told["school_choice"] or {}), "formula": formula}
    return told


def file(formula: str, folder: Path) -> None:
    (folder / "ci.yml").write_text(json.dumps(parameters(formula)), "utf8")
    read_edition(folder / "ci.yml")


def setting(formula: str, folder: Path) -> None:
    (folder / "ci.yml").write_text((ROOT / "params" / "ci.yml").read_text("utf8"), "utf8")
    read_edition(folder / "ci.yml", [f"school_choice.formula={json.dumps(formula)}"])


def order(formula: str, folder: Path) -> None:
    """What `staat run`, `status` and `why` read."""
    (folder / "ci.yml").write_text(json.dumps(parameters(formula)), "utf8")
    order_of(folder / "ci.yml", (), ROOT, folder / ".cache")


def verified(formula: str, folder: Path) -> None:
    """What `staat verify` reads of a received edition."""
    received = folder / "ci"
    received.mkdir()
    manifest = {"edition": "ci", "command": f"staat run; {SYSTEM}", "parameters": parameters(formula), "outputs": {}}
    (received / "manifest.json").write_text(json.dumps(manifest), "utf8")
    order_of_published(received, (), ROOT)


def attributed(formula: str, folder: Path) -> None:
    """What `staat diff --attribute` hands to the code of an earlier edition."""
    checked(parameters(formula), str(folder))


WAYS_IN: dict[str, Callable[[str, Path], None]] = {
    "params file": file,
    "--set": setting,
    "run, status and why": order,
    "verify": verified,
    "diff --attribute": attributed,
}


@pytest.mark.parametrize("way", WAYS_IN.values(), ids=WAYS_IN)
@pytest.mark.parametrize("formula", PAYLOADS.values(), ids=PAYLOADS)
def test_a_formula_runs_nothing(
    formula: str, way: Callable[[str, Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"formula|line|character"):
        way(formula, tmp_path)
    assert not list(tmp_path.rglob(CANARY))


def test_every_way_in_takes_an_honest_formula(tmp_path: Path) -> None:
    for name, way in WAYS_IN.items():
        folder = tmp_path / name.replace(" ", "")
        folder.mkdir()
        way("distance_km + C(concept) + I(distance_km**2)", folder)
    assert check_formula("(a + b + c)**2 - a:b") == "(a + b + c)**2 - a:b"
