"""What the file of a picture carries unseen. Pages are checked by it, which need no more of Matplotlib than this."""

from __future__ import annotations

import struct
from xml.etree import ElementTree as ET

from analysis.errors import DisclosureError

SILENT_CHUNKS = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"pHYs", b"tRNS", b"gAMA", b"sRGB"})
FORBIDDEN = frozenset({"title", "desc", "script", "foreignObject", "a", "animate", "set"})


def refuse_svg(svg: str, name: str) -> None:
    """Refuse an SVG that holds more than what it draws: titles, descriptions, scripts, links, data attributes."""
    for element in ET.fromstring(svg).iter():  # noqa: S314 - written by matplotlib a moment ago
        space, _, tag = str(element.tag).rpartition("}")
        odd = [key for key in element.attrib if key.startswith(("data-", "on"))]
        if tag in FORBIDDEN and space.endswith("svg"):
            odd.append(f"<{tag}>")
        if odd:
            raise DisclosureError(f"{name}: the SVG holds {odd[0]}, which is not part of the picture")


def refuse_png(image: bytes, name: str) -> None:
    """Refuse a PNG with anything else in it than a picture: notes in its metadata travel unseen."""
    position = 8  # after the signature
    while position < len(image):
        (length,) = struct.unpack(">I", image[position : position + 4])
        chunk = image[position + 4 : position + 8]
        if chunk not in SILENT_CHUNKS:
            raise DisclosureError(f"{name}: the PNG holds metadata ({chunk.decode('latin1')})")
        position += 12 + length
