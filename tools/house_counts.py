"""Count what the house is built of: python tools/house_counts.py [ROOT]."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

PUBLISHING = re.compile(r"\bchapter\.(?!load\b|has\b|rounded\b|profile\b)\w+")
OWN_WORDS = ("told", "swept", "borders")


def modules(root: Path) -> dict[Path, ast.Module]:
    """Return the parsed modules of the package."""
    return {path: ast.parse(path.read_text("utf8")) for path in sorted((root / "src").rglob("*.py"))}


def notebook_lines(root: Path) -> Counter[str]:
    """Count the code lines of the notebooks by what they do."""
    found: Counter[str] = Counter()
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text("utf8"))["cells"]:
            if cell["cell_type"] == "code":
                found.update(_kinds("".join(cell["source"]), "parameters" in cell["metadata"].get("tags", [])))
    return found


def _kinds(source: str, parameters: bool) -> Iterator[str]:
    for statement in ast.parse(source).body:
        lines = source.splitlines()[statement.lineno - 1 : statement.end_lineno]
        kind = "parameters" if parameters else "substance"
        if isinstance(statement, ast.Import | ast.ImportFrom):
            kind = "imports"
        elif PUBLISHING.search(ast.unparse(statement)) and not parameters:
            kind = "publishing"
        yield from (kind for line in lines if line.strip())


def twice(trees: dict[Path, ast.Module]) -> list[str]:
    """Return the names of classes that several modules define."""
    names = Counter(
        node.name
        for tree in trees.values()
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name[0] != "_"
    )
    return sorted(name for name, count in names.items() if count > 1)


def documented(trees: dict[Path, ast.Module], root: Path) -> tuple[int, int]:
    """Return how many public functions of statistics and models say what they take and give, and how many there are."""
    whole = total = 0
    for path, tree in trees.items():
        inside = path.relative_to(root / "src" / "analysis").as_posix()
        if not (inside.startswith("stats/") or re.search(r"/models(/|\.py)", inside)):
            continue
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                text = ast.get_docstring(node) or ""
                total += 1
                silent = node.returns is not None and ast.unparse(node.returns) == "None"
                whole += (not node.args.args or "Parameters\n" in text) and (silent or "Returns\n" in text)
    return whole, total


def main(root: Path) -> None:
    """Print the counts."""
    trees = modules(root)
    text = "\n".join(path.read_text("utf8") for path in trees)
    lines, kinds = text.count("\n"), notebook_lines(root)
    code = sum(kinds.values())
    share = kinds["substance"] / (code - kinds["parameters"])
    whole, total = documented(trees, root)
    doubles = twice(trees)
    rows = {
        "lines of Python in src": lines,
        "code lines in notebooks": code,
        "of them substance": f"{kinds['substance']} ({share:.0%} without parameters cells)",
        "of them by kind": dict(kinds),
        "class names used twice": f"{len(doubles)}: {', '.join(doubles)}",
        "functions of models with parameters and returns": f"{whole} of {total}",
        **{f"the word {word}": len(re.findall(rf"\b{word}\b", text)) for word in OWN_WORDS},
    }
    sys.stdout.write("".join(f"{name}: {value}\n" for name, value in rows.items()))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1])
