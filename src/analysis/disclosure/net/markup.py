"""What a page may hold besides what a reader sees: nothing."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Collection
from html.parser import HTMLParser

ENCODED = re.compile(r"[A-Za-z0-9+/_-]{200,}={0,2}")
"""A text so long and without a space is data in disguise: Parquet, a picture, a pickled frame."""

UNSEEN_ELEMENTS = frozenset({"iframe", "object", "embed", "template", "canvas", "portal", "metadata", "desc"})
WORD = re.compile(r"[a-z][a-z -]{0,30}")
"""The value of a ``data-`` attribute that steers a page's script: a word without figures."""

NOTHING = "data:,"
_IN_POLICY = re.compile(r"'sha256-([A-Za-z0-9+/=]+)'")
_IMAGE = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=]+)")


def embedded(html: str, pictures: Collection[str]) -> list[str]:
    """Return what a page carries that no reader sees, each once, in words.

    Only published pictures may be inside it: `pictures` are their SHA-256.
    """
    scan = _Scan(pictures)
    scan.feed(html)
    scan.close()
    return list(dict.fromkeys(scan.unseen))


class _Scan(HTMLParser):
    def __init__(self, pictures: Collection[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.pictures = pictures
        self.unseen: list[str] = []
        self._allowed: set[str] = set()
        self._inside = ""

    def handle_comment(self, data: str) -> None:  # noqa: ARG002 - as the parser calls it
        self.unseen.append("a comment")

    def unknown_decl(self, data: str) -> None:  # noqa: ARG002 - as the parser calls it
        self.unseen.append("a declaration")

    def handle_pi(self, data: str) -> None:  # noqa: ARG002 - as the parser calls it
        self.unseen.append("a processing instruction")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._inside = tag if tag in ("script", "style") else ""
        if tag == "meta" and given.get("http-equiv", "").lower() == "content-security-policy":
            self._allowed |= set(_IN_POLICY.findall(given.get("content", "")))
        if tag in UNSEEN_ELEMENTS:
            self.unseen.append(f"<{tag}>")
        if tag == "input" and given.get("type") == "hidden":
            self.unseen.append("a hidden input")
        if tag == "script" and "src" in given:
            self.unseen.append("a script from elsewhere")
        for name, value in given.items():
            self._attribute(name, value)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._inside = ""

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - as the parser calls it
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            digest = base64.b64encode(hashlib.sha256(data.encode()).digest()).decode()
            if digest not in self._allowed:
                self.unseen.append("a script of its own")
        elif self._inside != "style" and ENCODED.search(data):
            self.unseen.append("a long encoded text")

    def _attribute(self, name: str, value: str) -> None:
        if name.startswith("data-") and value and not WORD.fullmatch(value):
            self.unseen.append(f"data in the attribute {name}")
        if name.startswith("on"):
            self.unseen.append(f"a script in the attribute {name}")
        if "data:" in value and name != "content" and value != NOTHING:
            self._data_uri(value)
        elif ENCODED.search(value):
            self.unseen.append(f"a long encoded text in the attribute {name}")

    def _data_uri(self, value: str) -> None:
        image = _IMAGE.fullmatch(value)
        try:
            content = base64.b64decode(image[1], validate=True) if image else None
        except binascii.Error:
            content = None
        if content is None:
            self.unseen.append("embedded data")
        elif hashlib.sha256(content).hexdigest() not in self.pictures:
            self.unseen.append("a picture that was not published")
