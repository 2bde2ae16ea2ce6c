"""What an editor makes of findings: headlines of an edition, the small picture, the order of a page, titled figures."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from PIL import Image

from analysis.language import NumberText, Text, as_data
from analysis.site.findings import Found, headlines
from analysis.site.pictures import numbers, picture
from analysis.site.reading_order import as_read
from analysis.site.sitemap import ChapterPage, Site, Thing
from analysis.site.titled import FOLDER, _font, _wrapped, write_titled
from analysis.site.titles import Title, on_page

PAGE = ChapterPage("02_a", "A chapter")


def found(name: str = "one", **note: Any) -> Found:
    said = {key: as_data(value) for key, value in note.items()}
    return Found(Thing("finding", name, {"name": name, **said}, PAGE, "a", None), None, None)


def share(value: float, name: str = "share") -> Text:
    return Text(f"{{{name}:.0%}}", {name: value})


def site_of(*findings: dict[str, Any], tmp: Any = None, published: tuple[dict[str, Any], ...] = ()) -> Site:
    step = {"stem": "a", "notebook": "02_a", "findings": [*findings], "published": [*published]}
    facts = {"region": "Vlieland", "school_years": ["2019/20"], "title": "A city", "edition": "ci", "synthetic": True}
    notebook = NotebookNode(cells=[], metadata={})
    return Site(tmp, {"steps": [step], "facts": facts}, facts, [PAGE], {"02_a": notebook})


def test_those_that_lead_are_the_headlines_and_others_fill_up_by_rank() -> None:
    notes = [{"name": f"f{n}", "sentence": "x", "headline": f"h{n}", "rank": n, "lead": 0} for n in range(1, 8)]
    notes[6]["lead"] = 1  # the last in rank leads
    assert [str(one.headline) for one in headlines(site_of(*notes))] == ["h7", "h1", "h2", "h3", "h4"]


def test_there_are_at_most_eight_headlines() -> None:
    notes = [{"name": f"f{n}", "sentence": "x", "headline": f"h{n}", "rank": n, "lead": n} for n in range(1, 12)]
    assert len(headlines(site_of(*notes))) == 8


def test_a_finding_without_headline_is_none() -> None:
    assert headlines(site_of({"name": "f", "sentence": "x", "rank": 1, "lead": 1})) == []


def test_bars_are_as_long_as_the_shares_they_are_of() -> None:
    drawn = picture(found(key=share(0.5), yardstick=Text("{then:.0%} in {year}", {"then": 0.25, "year": 2015})))
    # Of a whole of 220: a half is 110, a quarter 55.
    assert 'width="110.0"' in drawn
    assert 'width="55.0"' in drawn


def test_a_share_beside_a_number_is_no_picture() -> None:
    assert picture(found(key=share(0.5), yardstick=NumberText(0.25, 2))) == ""
    assert picture(found(key=share(0.5))) == ""


def test_years_and_counts_are_no_numbers_of_a_picture() -> None:
    assert numbers(Text("{share:.0%} in {year}, n = {n:,}", {"share": 0.5, "year": 2015, "n": 40})) == [(0.5, ".0%")]


def cells() -> list[NotebookNode]:
    result = new_output("execute_result", {"text/html": '<p data-published="finding">f</p>'})
    return [
        new_markdown_cell("# Title"),
        new_markdown_cell("## First"),
        new_markdown_cell("### A check", metadata={"tags": ["en", "checks"]}),
        new_code_cell("check"),
        new_markdown_cell("### Inner"),
        new_markdown_cell("## Sample", metadata={"tags": ["en", "checks"]}),
        new_markdown_cell("## Findings"),
        new_code_cell("conclude", outputs=[result]),
    ]


def test_findings_come_first_and_checks_last_one_level_deeper() -> None:
    order = [cell.source for cell in as_read(cells())]
    first = ["# Title", "## Findings", "conclude", "## First", "### Inner"]
    assert order == [*first, "## Checks and robustness", "### A check", "check", "### Sample"]


def test_a_page_without_checks_has_no_appendix() -> None:
    assert "## Checks and robustness" not in [cell.source for cell in as_read(cells()[:2])]


FIGURE = {"kind": "figure", "name": "fig", "caption": "What is drawn", "alt": "Dots", "files": {}}


def test_the_title_of_a_figure_is_the_headline_of_its_finding() -> None:
    finding = {"name": "f", "sentence": "s", "headline": "Less than before", "rank": 1, "figure": "fig"}
    site = site_of(finding, published=(FIGURE,))
    page = on_page(site, "a", '<h1>T</h1>\n<figure id="figure-fig" class="x"><img></figure>')
    assert '<p class="headline">Less than before</p>' in page
    assert "What is drawn</p>" in page  # nothing says of what place and year it is


def test_a_figure_says_the_place_and_years_of_what_is_drawn() -> None:
    finding = {"name": "f", "sentence": "s", "headline": "Less than before", "rank": 1, "figure": "fig"}
    national = {**FIGURE, "place": "national", "years": "2015–2024"}
    page = on_page(site_of(finding, published=(national,)), "a", '<figure id="figure-fig"><img></figure>')
    assert "What is drawn. The Netherlands, 2015–2024" in page


def test_a_figure_that_no_finding_names_has_its_caption_as_title() -> None:
    page = on_page(site_of(published=(FIGURE,)), "a", '<figure id="figure-fig"><img></figure>')
    assert '<p class="headline">What is drawn</p>' in page


def test_a_figure_without_a_finding_has_a_title_of_its_own_with_n_and_years_below_it() -> None:
    caption = "Growth in 2019/20 against 2018/19, with 95% intervals (n = 1,200 pupils)"
    own = {**FIGURE, "caption": caption, "headline": "Growth fell", "subtitle": "Change in growth", "place": "national"}
    own |= {"intervals": "95% intervals where they are shown", "years": "2018/19–2019/20"}
    page = on_page(site_of(published=(own,)), "a", '<figure id="figure-fig"><img></figure>')
    assert '<p class="headline">Growth fell</p>' in page
    below = "Change in growth. The Netherlands, 2018/19–2019/20. n = 1,200 pupils. 95% intervals where"
    assert below in page


def test_no_line_of_a_title_is_wider_than_the_picture() -> None:
    wide = _wrapped("Wwwwwwww mmmmmmmm " * 12, "headline", 1200)
    assert len(wide) > 1
    assert all(_font("headline").getlength(line) <= 1200 for line in wide)


def test_a_titled_figure_holds_the_whole_picture_between_title_and_source(tmp_path: Any) -> None:
    Image.new("RGB", (1260, 500), "#12355b").save(tmp_path / "f.png")
    head = '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="453pt" viewBox="0 0 453 180">'
    (tmp_path / "f.svg").write_text(f"{head}<g/></svg>")
    note = {**FIGURE, "path": "f.png", "svg": "f.svg"}
    write_titled(site_of(tmp=tmp_path), Thing("figure", "fig", note, PAGE, "a", None), Title("Less <b>", "Share"))
    with Image.open(tmp_path / FOLDER / "a-fig.png") as picture:
        dark = [picture.convert("RGB").getpixel((600, y)) for y in range(picture.height)]
        assert picture.width == 1260
        assert sum(pixel[2] > pixel[0] + 40 for pixel in dark if isinstance(pixel, tuple)) == 500
    svg = (tmp_path / FOLDER / "a-fig.svg").read_text()
    assert all(words in svg for words in ("Less &lt;b&gt;", "Source: A city. Edition ci"))
    assert "SYNTHETIC DATA" not in svg  # the picture says so itself
