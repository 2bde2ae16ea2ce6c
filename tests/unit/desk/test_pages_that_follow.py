"""Pages on this machine: as they are, none that is internal, and made again at every save."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.desk.pages import page_of
from analysis.desk.server import HOST, Server, Shown
from analysis.desk.watch import changed, follow, sources, stamps
from analysis.errors import InputError

PAGE = b"<!doctype html><title>One</title>"


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    for path, content in {
        "manifest.json": b"{}",
        "index.html": PAGE,
        "html/04_growth.html": PAGE,
        "internal/pupils.parquet": b"Pieterse",
        ".hidden/a.html": b"Pieterse",
    }.items():
        file = tmp_path / "small" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return tmp_path / "small"


@pytest.fixture
def server(edition: Path) -> Iterator[Server]:
    serving = Server(edition, Shown("/html/04_growth.html"))
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    yield serving
    serving.shutdown()
    serving.server_close()


def get(server: Server, path: str, host: str = "") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(HOST, server.server_port, timeout=30)
    connection.request("GET", path, headers={"Host": host or f"{HOST}:{server.server_port}"})
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_a_page_is_served_as_it_is_in_a_frame_that_asks_for_newer_ones(server: Server) -> None:
    assert get(server, "/html/04_growth.html") == (200, PAGE)
    status, around = get(server, "/")
    assert status == 200
    assert b'src="/html/04_growth.html"' in around
    server.shown.made, server.shown.text = 3, "up to date"
    assert json.loads(get(server, "/-state")[1]) == {"text": "up to date", "failed": False, "made": 3}


@pytest.mark.parametrize(
    "path",
    [
        "/internal/pupils.parquet",
        "/html/../internal/pupils.parquet",
        "/%69nternal/pupils.parquet",
        "/INTERNAL/pupils.parquet",
        "/internal",
        "/.hidden/a.html",
        "/html/",
        "/../small/internal/pupils.parquet",
    ],
)
def test_nothing_internal_and_no_folder_is_served(server: Server, path: str) -> None:
    status, said = get(server, path)
    assert (status, b"Pieterse" in said) == (404, False)


def test_a_site_elsewhere_that_leads_here_gets_nothing(server: Server) -> None:
    assert get(server, "/html/04_growth.html", host="evil.example")[0] == 403


def test_a_page_is_known_by_stem_and_by_notebook(edition: Path) -> None:
    assert page_of(edition, None) == edition / "index.html"
    assert page_of(edition, "growth") == page_of(edition, "04_growth") == edition / "html" / "04_growth.html"
    with pytest.raises(InputError, match="did you mean growth"):
        page_of(edition, "grwth")
    with pytest.raises(InputError, match="staat run absent"):
        page_of(edition.parent / "absent", None)


def test_a_save_runs_it_again_and_a_failure_loads_no_page(tmp_path: Path) -> None:
    watched = tmp_path / "notebook.ipynb"
    watched.write_text("1", "utf8")
    shown, said, states, looks = Shown("/"), [], [], iter(["1", "22", "2", None])

    def go_on() -> bool:
        """Save at every look: first the same, then two other texts, of which the second fails."""
        states.append((shown.made, shown.failed))
        text = next(looks)
        if text and text != watched.read_text("utf8"):
            watched.write_text(text, "utf8")
        return text is not None

    follow([watched], lambda: int(watched.read_text("utf8") == "2"), shown, said.append, go_on=go_on)
    assert states == [(1, False), (1, False), (2, False), (2, True)]
    assert [line for line in said if line.startswith("saved")] == ["saved: notebook.ipynb"] * 2


def test_files_that_come_and_go_are_saves_and_what_programs_leave_is_not(tmp_path: Path) -> None:
    root = tmp_path
    chapter = root / "src" / "analysis" / "chapters" / "growth"
    (chapter / "models").mkdir(parents=True)
    paths = sources(root, root / "params" / "ci.yml", "04_growth", "growth")
    before = stamps(paths)
    (chapter / "models" / "new.py").write_text("a", "utf8")
    (chapter / "__pycache__").mkdir()
    (chapter / "__pycache__" / "new.pyc").write_text("a", "utf8")
    (chapter / ".new.py.swp").write_text("a", "utf8")
    assert changed(before, stamps(paths)) == [chapter / "models" / "new.py"]
