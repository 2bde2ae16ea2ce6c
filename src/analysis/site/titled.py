"""Figures to pass on: the picture of a figure under its title and over its source, as PNG and SVG.

The picture is the one that left the gate, byte for byte in its middle; its title is what its page says.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from functools import cache
from io import BytesIO
from pathlib import Path

from markupsafe import escape
from PIL import Image, ImageDraw, ImageFont

from analysis.language import joined, text
from analysis.run.hashes import sha256
from analysis.run.reuse import kept
from analysis.site.sitemap import Site, Thing
from analysis.site.titles import Title

FOLDER = "html/figures"
SIZES = {"headline": 11.5, "subtitle": 8.5, "source": 7.0}
"""Of the letters, in points."""
DARK, QUIET = "#1f2933", "#52606d"
LEADING, MARGIN = 1.3, 8.0
DPI, POINTS = 200, 72
BOLD = ' font-weight="bold"'
HEAD = re.compile(r'<svg\b[^>]*?\bviewBox="0 0 ([\d.]+) ([\d.]+)"[^>]*>', re.DOTALL)


def write_titled(site: Site, figure: Thing, title: Title) -> None:
    """Write a figure with its title as ``html/figures/STEM-NAME.png`` and ``.svg``."""
    picture, drawing = (site.folder / figure.note[kind] for kind in ("path", "svg"))
    place = site.folder / FOLDER / f"{figure.stem}-{figure.name}"
    place.parent.mkdir(parents=True, exist_ok=True)
    words = [str(title.headline), str(title.subtitle), str(source(site))]
    depends = [sha256(picture), sha256(drawing), words]
    image, svg = kept("analysis.site.titled.write_titled", depends, lambda: _titled(picture, drawing, *words))
    place.with_suffix(".png").write_bytes(b64decode(image))
    place.with_suffix(".svg").write_text(svg, "utf8", newline="\n")


def _titled(picture: Path, drawing: Path, headline: str, subtitle: str, origin: str) -> tuple[str, str]:
    """Return the PNG, in letters, and the SVG of a figure with its title."""
    with Image.open(picture) as drawn:
        room = drawn.width - 2 * MARGIN * DPI / POINTS
    lines = _lines(Title(headline, subtitle), origin, room)
    above, below = [one for one in lines if one[0] != "source"], [one for one in lines if one[0] == "source"]
    image = b64encode(_png(picture, above, below)).decode()
    return image, _svg(drawing.read_text("utf8"), above, below)


def source(site: Site) -> str:
    """Return what stands below a figure: where it comes from; that its data are made up is said in the picture."""
    edition = text("Edition {edition}", edition=site.facts["edition"])
    return joined(". ", [text("Source: {title}", title=site.facts["title"]), edition])


def _lines(title: Title, origin: str, room: float) -> list[tuple[str, str]]:
    """Return the lines of text by what they are, none wider than the pixels there is room for."""
    given = {"headline": title.headline, "subtitle": title.subtitle, "source": origin}
    return [(kind, line) for kind, words in given.items() for line in _wrapped(words, kind, room)]


def _wrapped(words: str, kind: str, room: float) -> list[str]:
    """Break words into lines as wide as there is room for, measured in the letters in which they are written."""
    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _font(kind).getlength(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _height(lines: list[tuple[str, str]]) -> float:
    return sum(LEADING * SIZES[kind] for kind, _ in lines) + MARGIN


def _png(path: Path, above: list[tuple[str, str]], below: list[tuple[str, str]]) -> bytes:
    scale = DPI / POINTS
    with Image.open(path) as picture:
        top, foot = round(_height(above) * scale), round(_height(below) * scale)
        whole = Image.new("RGB", (picture.width, top + picture.height + foot), "white")
        whole.paste(picture.convert("RGB"), (0, top))
    draw = ImageDraw.Draw(whole)
    for lines, start in ((above, MARGIN / 2), (below, (whole.height - foot) / scale)):
        for kind, line, y in _placed(lines, start):
            draw.text((MARGIN * scale, y * scale), line, fill=_colour(kind), font=_font(kind), anchor="ls")
    file = BytesIO()
    whole.quantize(256, method=Image.Quantize.FASTOCTREE).save(file, "png", dpi=(DPI, DPI))
    return file.getvalue()


def _svg(drawn: str, above: list[tuple[str, str]], below: list[tuple[str, str]]) -> str:
    head = HEAD.search(drawn)
    assert head is not None, "matplotlib wrote it"
    width, height = map(float, head.groups())
    top, foot = _height(above), _height(below)
    inner = f'<svg y="{top:g}" width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}">'
    words = [
        f'<text x="{MARGIN:g}" y="{y:g}" font-size="{SIZES[kind]:g}" fill="{_colour(kind)}"'
        f"{BOLD if kind == 'headline' else ''}>{escape(line)}</text>"
        for lines, start in ((above, MARGIN / 2), (below, top + height))
        for kind, line, y in _placed(lines, start)
    ]
    whole = height + top + foot
    return "\n".join([
        '<?xml version="1.0" encoding="utf-8"?>',
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {width:g} {whole:g}" width="{width:g}pt" height="{whole:g}pt" '
        'font-family="DejaVu Sans, sans-serif">',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        *words,
        inner + drawn[head.end() :].rstrip(),
        "</svg>\n",
    ])  # fmt: skip


def _placed(lines: list[tuple[str, str]], start: float) -> list[tuple[str, str, float]]:
    """Return lines with the height of their base, in points from the top."""
    placed = []
    for kind, line in lines:
        start += LEADING * SIZES[kind]
        placed.append((kind, line, start))
    return placed


def _colour(kind: str) -> str:
    return QUIET if kind == "source" else DARK


@cache
def _font(kind: str) -> ImageFont.FreeTypeFont:
    import matplotlib as mpl

    name = "DejaVuSans-Bold.ttf" if kind == "headline" else "DejaVuSans.ttf"
    return ImageFont.truetype(str(Path(mpl.get_data_path()) / "fonts" / "ttf" / name), SIZES[kind] * DPI / POINTS)
