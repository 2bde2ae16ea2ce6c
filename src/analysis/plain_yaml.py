"""The one reader of YAML: for params files, ``--set``, source cards and published figures.

YAML 1.1 reads 010 as eight, 1:30 as ninety, `no` as false, and keeps the last of two equal keys. What two readers take
for different values is refused here, with what to write instead: a value is a text, a decimal number, true, false or
empty, and every key is a name that stands once.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import yaml

from analysis.errors import InputError

OWN = Path(__file__).parent
DEEPEST = 20  # levels; ours have four
LARGEST = 2**63 - 1
LONGEST_SHOWN = 80
WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}
SWITCH = re.compile(r"yes|no|on|off", re.IGNORECASE)
WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
LEADING_ZERO = re.compile(r"([-+]?)0+(?=[0-9])([0-9_.]+(?:[eE][-+]?[0-9]+)?)")
OTHER_BASE = re.compile(r"[-+]?0(?:[xX][0-9a-fA-F_]+|[oO][0-7_]+|[bB][01_]+)")
GROUPED = re.compile(r"[-+]?[0-9][0-9_]*_[0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?")
SIXTIES = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-9]+)+(?:\.[0-9_]*)?")
NOT_FINITE = re.compile(r"[-+]?\.?(?:inf|infinity|nan)", re.IGNORECASE)


def read_yaml(path: Path) -> Any:  # noqa: ANN401 - YAML holds anything
    """Read a YAML file.

    Raises
    ------
    InputError
        The file cannot be read, or holds what cannot be read in one way only: every such value in one message, each
        with the file, the key, and what to write instead.
    """
    try:
        text = path.read_text("utf8")
    except OSError as error:
        raise InputError(str(path), f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise InputError(str(path), f"is not UTF-8: {error}", hint="save it as UTF-8") from None
    return parse_yaml(text, str(path))


def parse_yaml(text: str, file: str, keys: tuple[str, ...] = ()) -> Any:  # noqa: ANN401 - YAML holds anything
    """Return the value of a YAML text in a file, below these keys; see `read_yaml`."""
    node = compose_yaml(text, file)
    faults: list[InputError] = []
    value = _value(node, Place(file, keys), faults) if node is not None else None
    if faults:
        raise InputError.several(faults)
    return value


def compose_yaml(text: str, file: str) -> yaml.Node | None:
    """Return the nodes of a YAML text, with their places in it; None of an empty one."""
    if _Quick and Path(file).is_relative_to(OWN):
        with suppress(yaml.YAMLError):  # the other one says what is wrong, and where
            return _composed(_Quick, text, file)
    try:
        return _composed(_Loader, text, file)
    except yaml.YAMLError as error:
        raise InputError(file, f"not readable as YAML: {_in_one_line(error)}", hint=_mend(error)) from None


def _composed(reader: type[_Loader], text: str, file: str) -> yaml.Node | None:
    loader = reader(text)
    loader.file = file
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


class Place(NamedTuple):
    """Where a value stands: a file (or an option as typed), and the keys down to it."""

    file: str
    keys: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.file}: {'.'.join(self.keys)}" if self.keys else self.file

    def below(self, key: str) -> Place:
        """Return the place of a key, or of an item by its number."""
        return Place(self.file, (*self.keys, key))


class _Loader(yaml.SafeLoader):
    """Composes without anchors, aliases and tags: a file of 300 bytes could stand for a billion values."""

    file, depth = "", 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:  # noqa: ANN401 - as PyYAML
        event = self.peek_event()  # type: ignore[no-untyped-call]  # PyYAML is typed in part
        if isinstance(event, yaml.AliasEvent):
            self._refuse(event, f"*{event.anchor} stands for a value elsewhere", "write the value out where it is used")
        if event.anchor is not None:
            self._refuse(event, f"&{event.anchor} names a value for use elsewhere", "leave the name out")
        if event.tag is not None:
            self._refuse(event, f"the tag {event.tag} gives a value a type of its own", "leave it out; quote a text")
        self.depth += 1
        if self.depth > DEEPEST:
            self._refuse(event, f"is nested deeper than {DEEPEST} levels", "is a bracket not closed?")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def _refuse(self, event: yaml.Event, problem: str, hint: str) -> NoReturn:
        line = f", line {event.start_mark.line + 1}" if event.start_mark else ""
        raise InputError(f"{self.file}{line}", problem, hint=hint)


def _quick() -> type[_Loader] | None:
    """Return what reads with the parser of libyaml, where PyYAML was built with it.

    It is seven times as fast and takes some texts that PyYAML refuses, so it reads the files of this package alone,
    which tests read in both ways.
    """
    parser: Any = getattr(yaml, "CSafeLoader", None)
    if not parser:
        return None

    class Quick(_Loader, parser):  # type: ignore[misc]  # known when it runs
        get_event, peek_event, check_event = parser.get_event, parser.peek_event, parser.check_event
        dispose = parser.dispose

        def __init__(self, text: str) -> None:
            _Loader.__init__(self, text)
            parser.__init__(self, text)

    return Quick


_Quick = _quick()


def _value(node: yaml.Node, place: Place, faults: list[InputError]) -> Any:  # noqa: ANN401 - YAML holds anything
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, place, faults)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, place.below(str(at)), faults) for at, item in enumerate(node.value)]
    return _scalar(node, place, faults)


def _mapping(node: yaml.MappingNode, place: Place, faults: list[InputError]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for key, value in node.value:
        name, line = _name(key, place, faults), key.start_mark.line + 1
        if name in lines:
            problem = f"the key {name!r} stands twice, on lines {lines[name]} and {line}"
            faults.append(InputError(str(place.below(name)), problem, hint="keep one of the two"))
        lines.setdefault(name, line)
        found[name] = _value(value, place.below(name), faults)
    return found


def _name(key: yaml.Node, place: Place, faults: list[InputError]) -> str:
    text = key.value if isinstance(key, yaml.ScalarNode) else "[...]"
    here: list[InputError] = []
    name = _value(key, place, here)
    if _is_plain(key) and text == "<<":
        faults.append(InputError(str(place.below(text)), "keys of elsewhere are not merged", hint="write the keys out"))
    elif here or not isinstance(name, str):
        problem = "a key must be a name, and this reads as another value"
        faults.append(InputError(str(place.below(text)), problem, given=text, hint=f'quote it: "{text}"'))
    return text


def _scalar(node: yaml.Node, place: Place, faults: list[InputError]) -> str | int | float | bool | None:
    text = str(node.value)
    if not _is_plain(node):
        return text
    if text in WORDS:
        return WORDS[text]
    refusal = next(_refusals(text), None)
    if refusal:
        problem, instead = refusal
        shown = text if len(text) < LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."
        hint = f'{instead}; if it is a text, quote it: "{shown}"'
        faults.append(InputError(str(place), problem, given=shown, hint=hint))
        return text
    if WHOLE.fullmatch(text):
        return int(text)
    return float(text) if DECIMAL.fullmatch(text) else text


def _refusals(text: str) -> Iterator[tuple[str, str]]:
    """Give what is wrong with a text without quotes, and what to write instead."""
    zeros = LEADING_ZERO.fullmatch(text)
    if SWITCH.fullmatch(text):
        yield "this word means true or false to some readers of YAML and is a text to others", "write true or false"
    if zeros:
        number = (zeros[1] + zeros[2]).replace("_", "")
        yield "a number must not begin with a zero: some readers take it for octal", f"leave the zero out: {number}"
    if OTHER_BASE.fullmatch(text):
        yield "a number must be decimal", "write its decimal digits"
    if GROUPED.fullmatch(text):
        yield "a number must not have underscores", f"leave them out: {text.replace('_', '')}"
    if SIXTIES.fullmatch(text):
        yield "some readers take this for hours, minutes and seconds", "write one number, in the unit of the key"
    whole = WHOLE.fullmatch(text)
    if NOT_FINITE.fullmatch(text) or (DECIMAL.fullmatch(text) and not whole and not math.isfinite(float(text))):
        yield "must be a finite number", "write a finite number"
    if whole and (len(text) > len(str(LARGEST)) + 1 or abs(int(text)) > LARGEST):
        yield f"is too large; the largest whole number is {LARGEST}", "write a smaller one"


def _is_plain(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.style


def _in_one_line(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None)
    return f"{problem}, on line {mark.line + 1}" if mark and problem else " ".join(str(error).split())


def _mend(error: yaml.YAMLError) -> str | None:
    said = str(error)
    if r"'\t'" in said:
        return "use blanks in place of tabs"
    if "expected a single document" in said:
        return "keep one document: remove the lines `---` but the first"
    return None
