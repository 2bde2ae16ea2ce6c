import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.errors import StaatError
from analysis.site import build
from analysis.site.pages import ChapterPage, page

FACTS = {"edition": "ci", "title": "A city", "synthetic": False, "language": "en"}


def page_of(*cells, **facts):
    notebook = new_notebook(cells=list(cells))
    chapters = [ChapterPage("03_school_choice", "School choice")]
    return page(notebook, facts={**FACTS, **facts}, chapters=chapters, provenance={}, this="03_school_choice")


def result(**data):
    return new_output("execute_result", data={kind.replace("_", "/"): text for kind, text in data.items()})


def test_a_page_asks_for_nothing():
    html = page_of(new_markdown_cell("# Title\n\nText with $x^2$."), new_code_cell("1 + 1"))
    assert "default-src &#39;none&#39;" in html
    assert "http://" not in html
    assert "https://" not in html
    assert "<link" not in html


def test_the_banner_is_there_when_the_data_are_synthetic_and_only_then():
    assert 'class="banner"' in page_of(synthetic=True)
    assert 'class="banner"' not in page_of(synthetic=False)


def test_headings_get_anchors_that_differ_and_one_title():
    html = page_of(new_markdown_cell("# Title\n## Same\n## Same\n### Ünder *it*\n# Second title"))
    for anchor in ("section-same", "section-same-2", "section-ünder-it", "section-second-title"):
        assert f'id="{anchor}"' in html
        assert f'href="#{anchor}"' in html
    assert html.count("<h1") == 1


def test_a_page_without_a_title_takes_that_of_its_chapter():
    assert "<h1>School choice</h1>" in page_of(new_markdown_cell("No heading."))


def test_parameters_are_folded_under_their_own_name():
    html = page_of(
        new_code_cell("seed = 1", metadata={"tags": ["parameters"]}),
        new_code_cell("seed = 2", metadata={"tags": ["injected-parameters"]}),
    )
    assert "<summary>Parameters: defaults</summary>" in html
    assert "<summary>Parameters of this edition</summary>" in html


def test_markdown_from_code_cannot_bring_a_script():
    evil = new_output("display_data", data={"text/markdown": "School <script>alert(1)</script> grew."})
    html = page_of(new_code_cell("x", outputs=[evil]))
    assert "<script>alert" not in html
    assert "grew." in html


def test_plain_text_is_escaped():
    assert "&lt;script&gt;" in page_of(new_code_cell("x", outputs=[result(text_plain="<script>")]))
    printed = new_output("stream", name="stdout", text="<script>")
    assert "&lt;script&gt;" in page_of(new_code_cell("x", outputs=[printed]))


def test_facts_are_escaped():
    assert "<script>alert" not in page_of(title="<script>alert(1)</script>")


def edition(folder, **step):
    (folder / "notebooks").mkdir(parents=True)
    nbformat.write(
        new_notebook(cells=[new_markdown_cell("# From the notebook")]), folder / "notebooks" / "01_data.ipynb"
    )
    return {"edition": "ci", "facts": FACTS, "steps": [{"notebook": "01_data", "stem": "data", **step}]}


def test_a_site_of_the_smallest_manifest(tmp_path):
    build(tmp_path, edition(tmp_path))
    assert "From the notebook" in (tmp_path / "index.html").read_text("utf8")
    assert "From the notebook" in (tmp_path / "html" / "01_data.html").read_text("utf8")


def test_an_index_with_a_dead_link_is_not_made(tmp_path):
    published = [{"kind": "table", "name": "x", "caption": "X", "path": "tables/data/x.csv"}]
    manifest = edition(tmp_path, published=published)
    with pytest.raises(StaatError, match=r"tables/data/x\.csv"):
        build(tmp_path, manifest)
    manifest["steps"][0]["notebook"] = "02_gone"
    with pytest.raises(StaatError, match=r"02_gone\.ipynb is missing"):
        build(tmp_path, manifest)
