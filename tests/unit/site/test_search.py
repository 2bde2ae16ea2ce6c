"""What can be found in an edition: headings, findings, captions and terms, each with its address."""

from __future__ import annotations

from dataclasses import astuple

from analysis.site.search import Entry, entries_of, search

PAGE = """
<nav><h2>Contents</h2></nav>
<h1>Who goes <em>where</em></h1><img src="x"><br>
<h2 id="near">Near <a class="anchor" href="#near">¶</a></h2>
<p class="published finding" id="finding-near">Of all pupils <b>36%</b> do. <span class="rests">n = 120</span></p>
<div class="published table" id="table-groups"><table><caption>Pupils &amp; schools</caption></table></div>
<figure id="figure-map"><img alt="A map"><figcaption>A map.</figcaption></figure>
<dl><dt id="term-oab">OAB</dt><dd>Money</dd></dl>
"""


def test_a_page_gives_what_it_holds_with_the_address_of_each() -> None:
    assert list(entries_of(PAGE, "02.html")) == [
        Entry("page", "Who goes where", "02.html"),
        Entry("section", "Near", "02.html#near"),
        Entry("finding", "Of all pupils 36% do. n = 120", "02.html#finding-near"),
        Entry("table", "Pupils & schools", "02.html#table-groups"),
        Entry("figure", "A map.", "02.html#figure-map"),
        Entry("term", "OAB", "02.html#term-oab"),
    ]


def test_navigation_and_scripts_are_not_found() -> None:
    html = (
        "<header><h1>Edition</h1></header><script>'<h2>x</h2>'</script><h2 id='a'> </h2><footer><h2>Foot</h2></footer>"
    )
    assert list(entries_of(html, "02.html")) == []


def test_pages_keep_their_order_and_an_empty_one_is_left_out() -> None:
    pages = {"b.html": "<h1>B</h1>", "empty.html": "<p>Nothing</p>", "a.html": "<h1>A</h1>"}
    found = search([(href, [astuple(entry) for entry in entries_of(html, href)]) for href, html in pages.items()])
    assert [name for name, _ in found["pages"]] == ["B", "A"]
    assert {entry.kind for _, entries in found["pages"] for entry in entries} <= found["kinds"].keys()
