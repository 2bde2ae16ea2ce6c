"""A chain of tiny notebooks: what a run leaves, what it leaves alone, and what it does not do again."""

from __future__ import annotations

import json
import os
import shutil
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analysis.errors import InputError, StaatError
from analysis.run import staging
from analysis.run.assess import Assessor
from analysis.run.hashes import sha256
from analysis.run.kernel import warm
from analysis.run.order import Options
from analysis.run.runner import RunFailedError
from analysis.run.show.status import overview, table
from analysis.run.verify import repeated

ALL = ["01_one", "02_two", "03_three"]
FAILS = "ratio = 1\nratio / 0"


def test_a_run_leaves_notebooks_tables_pages_and_a_manifest(small: Any) -> None:
    assert small.run() == ALL
    manifest = json.loads((small.folder / "manifest.json").read_text("utf8"))
    assert [step["notebook"] for step in manifest["steps"]] == ALL
    assert manifest["steps"][1]["findings"] == [{"name": "total", "sentence": "The total is 14.", "n": 14}]
    assert manifest["parameters"]["one"] == {"number": 7}
    assert set(manifest["outputs"]) >= {"index.html", "notebooks/02_two.ipynb", "internal/numbers.parquet"}
    assert manifest["finished"] >= manifest["started"]
    assert manifest["versions"]["papermill"]
    assert [path.name for path in small.outputs.iterdir() if not path.name.startswith(".")] == ["small"]


def test_nothing_that_is_left_names_the_machine(small: Any) -> None:
    small.run()
    for name, content in small.files().items():
        assert str(small.root).encode() not in content, name


def test_what_did_not_change_is_not_run_again(small: Any) -> None:
    small.run()
    before = small.files()
    assert small.up_to_date()
    assert small.run() == []
    assert small.files() == before
    assert [event.notebook for event in small.events if event.kind == "kept"] == ALL


def test_a_parameter_reruns_its_step_and_what_follows_and_nothing_else(small: Any) -> None:
    small.run()
    small.blocks["one"] = {"number": 8}
    assert small.standings() == {
        "one": ("stale", "parameter one.number: 7 -> 8"),
        "two": ("follows", "what 01_one makes may change"),
        "three": ("valid", ""),
    }
    assert small.run() == ["01_one", "02_two"]
    assert small.files()["tables/two/total.csv"] == b"total\n16\n"


def test_when_the_outputs_come_out_the_same_what_follows_stays_valid(small: Any) -> None:
    small.run()
    small.code("return FACTOR * number", "return number * FACTOR")
    assert small.standings()["one"] == ("stale", "analysis.small.double changed")
    assert small.run() == ["01_one"]
    assert small.up_to_date()


def test_a_constant_that_a_reached_function_uses_counts(small: Any) -> None:
    small.run()
    small.code("FACTOR = 2", "FACTOR = 3")
    assert small.standings()["one"] == ("stale", "analysis.small.FACTOR changed")
    assert small.run() == ["01_one", "02_two"]
    assert small.files()["tables/two/total.csv"] == b"total\n21\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""Return twice the number."""', '"""Return the number, twice."""'),
        ("FACTOR = 2", "FACTOR = 2  # twice"),
        ("def unused(number):\n    return number", "def unused(number):\n    return number + 1"),
    ],
)
def test_comments_docstrings_and_code_that_is_not_reached_do_not_count(small: Any, old: str, new: str) -> None:
    small.run()
    small.code(old, new)
    assert small.up_to_date()


def test_changed_code_of_a_notebook_counts_its_comments_do_not(small: Any) -> None:
    small.run()
    code = 'workspace = open_workspace("three", "small")\n(workspace.published_folder("tables") / "p.csv").touch()'
    small.notebook("03_three", code)
    assert small.standings()["three"] == ("stale", "code cell 3 of 03_three changed")
    assert small.run() == ["03_three"]
    small.notebook("03_three", "# why\n" + code)
    assert small.standings()["three"] == ("valid", "")
    assert "tables/three/power.csv" not in small.files()


def test_changed_prose_reaches_the_page_without_a_run(small: Any) -> None:
    small.run()
    small.notebook("02_two", prose="Another explanation.")
    assert not small.up_to_date()
    assert small.run() == []
    executed = json.loads(small.files()["notebooks/02_two.ipynb"])
    assert "Another explanation." in executed["cells"][0]["source"]
    assert small.up_to_date()


def test_an_input_file_that_changes_comes_or_goes_counts(small: Any) -> None:
    read = 'from pathlib import Path\ntexts = [path.read_text() for path in sorted(Path("../facts").iterdir())]\n'
    usual = (
        'workspace = open_workspace("one", "small")\n'
        'tables.save(workspace, "numbers", pd.DataFrame({"number": [double(sum(map(int, texts)))]}))'
    )
    small.notebook("01_one", read + usual)
    small.run()
    (small.root / "facts" / "base.txt").write_text("5", "utf8")
    assert small.standings()["one"] == ("stale", "input facts/base.txt changed")
    assert small.run() == ["01_one", "02_two"]
    assert small.files()["tables/two/total.csv"] == b"total\n10\n"
    (small.root / "facts" / "more.txt").write_text("1", "utf8")
    assert small.standings()["one"] == ("stale", "files came or went in facts/")
    small.run()
    (small.root / "facts" / "base.txt").unlink()
    assert small.standings()["one"] == ("stale", "files came or went in facts/ (and 1 more)")


def test_the_lock_and_the_declarations_count(small: Any) -> None:
    small.run()
    (small.root / "requirements.lock").write_text("nothing==2\n", "utf8")
    assert {reason for _, reason in small.standings().values()} >= {"requirements.lock changed"}
    assert small.run() == ALL


def test_an_output_that_was_touched_is_made_again(small: Any) -> None:
    small.run()
    (small.folder / "tables" / "two" / "total.csv").write_text("total\n15\n", "utf8")
    assert small.standings()["two"] == ("stale", "tables/two/total.csv was changed")
    shutil.rmtree(small.outputs / ".cache" / "results")
    assert small.run() == ["02_two"]
    (small.folder / "tables" / "two" / "total.csv").write_text("total\n15\n", "utf8")
    assert small.run() == []  # what was kept of it is whole
    assert small.files()["tables/two/total.csv"] == b"total\n14\n"
    (small.folder / "index.html").unlink()
    assert not small.up_to_date()
    assert small.run() == []
    assert small.up_to_date()


def test_a_repetition_that_fails_promises_nothing_that_goes_with_its_folder(small: Any) -> None:
    small.run()
    small.notebook("02_two", FAILS)
    with pytest.raises(RunFailedError, match="02_two failed") as caught:
        repeated(small.folder, small.order, small.chain, small.project, Options(), lambda _: None)
    assert "is not published" in str(caught.value)
    assert "is kept in" not in str(caught.value)
    assert [path.name for path in small.outputs.iterdir() if "verify" in path.name] == []


def test_a_failure_stops_what_needs_it_only_and_the_next_run_goes_on(small: Any) -> None:
    small.run()
    before = small.files()
    small.blocks = {"one": {"number": 8}, "two": {}, "three": {"power": 3}}
    small.notebook("02_two", FAILS)
    with pytest.raises(RunFailedError) as caught:
        small.run()
    assert small.executed == ["01_one", "03_three"]
    assert small.files() == before
    kept = small.outputs / "small.unfinished"
    said = str(caught.value)
    for part in ("02_two failed", "ZeroDivisionError", "ratio / 0", str(kept / "notebooks"), "is untouched", "goes on"):
        assert part in said
    assert ".building" not in said
    assert caught.value.exit_code == 1
    assert (kept / "notebooks" / "02_two.ipynb").exists()
    assert small.standings()["two"][0] == "failed"
    small.notebook("02_two")
    assert small.run() == ["02_two"]
    assert small.files()["tables/two/total.csv"] == b"total\n16\n"
    assert not kept.exists()


def test_what_needs_a_failed_step_is_blocked(small: Any) -> None:
    small.notebook("01_one", FAILS)
    with pytest.raises(RunFailedError, match="01_one, 02_two must still be made"):
        small.run()
    assert small.executed == ["03_three"]
    assert [(e.notebook, e.text) for e in small.events if e.kind == "blocked"] == [("02_two", "needs 01_one")]


def test_what_a_notebook_says_of_wrong_input_is_shown_without_its_code(small: Any) -> None:
    small.notebook("01_one", 'from analysis.errors import InputError\nraise InputError("data/pupils.csv", "no BRIN")')
    with pytest.raises(RunFailedError, match=r"01_one stopped: data/pupils.csv: no BRIN") as caught:
        small.run()
    assert caught.value.exit_code == 2


def test_a_table_that_is_declared_and_not_made_fails(small: Any) -> None:
    small.notebook("01_one", "pass")
    with pytest.raises(StaatError, match="01_one: did not write numbers"):
        small.run()


def test_a_table_that_is_read_and_not_declared_fails(small: Any) -> None:
    small.notebook("02_two", 'tables.load(open_workspace("two", "small"), "others")')
    with pytest.raises(StaatError, match="reads the table 'others' without declaring it"):
        small.run()


def test_a_table_that_is_made_and_not_declared_fails(small: Any) -> None:
    small.notebook("01_one", 'tables.save(open_workspace("one", "small"), "others", pd.DataFrame({"a": [1]}))')
    with pytest.raises(StaatError, match="writes the table 'others' without declaring it"):
        small.run()


def test_a_file_that_is_read_and_not_declared_fails_the_run_by_name(small: Any) -> None:
    (small.root / "secret.csv").write_text("a\n1\n", "utf8")
    small.notebook("03_three", 'import pandas as pd\npd.read_csv("../secret.csv")')
    with pytest.raises(StaatError, match=r"secret\.csv"):
        small.run()


def test_a_misspelt_parameter_stops_before_anything_runs(small: Any) -> None:
    shutil.rmtree(small.outputs)
    small.blocks["one"] = {"numbr": 7}
    with pytest.raises(InputError, match=r"one\.numbr is a parameter that the parameters cell does not have"):
        small.run()
    assert not small.outputs.exists()


def test_only_runs_a_step_with_what_it_needs(small: Any) -> None:
    with pytest.raises(RunFailedError, match="03_three must still be made") as caught:
        small.run(only=("two",))
    assert small.executed == ["01_one", "02_two"]
    assert caught.value.exit_code == 0
    assert small.run() == ["03_three"]


def test_from_runs_a_step_and_what_follows_changed_or_not(small: Any) -> None:
    small.run()
    assert small.run(start="one") == ["01_one", "02_two"]
    assert small.run(start="three") == ["03_three"]


def test_force_runs_what_is_asked_for(small: Any) -> None:
    small.run()
    assert small.run(force=True) == ALL
    assert small.run(force=True, only=("three",)) == ["03_three"]


def test_an_unknown_stem_is_refused_with_the_nearest(small: Any) -> None:
    with pytest.raises(InputError, match="did you mean three"):
        small.run(only=("thre",))


def test_a_notebook_that_takes_too_long_is_stopped(small: Any) -> None:
    small.timeouts = {"three": 1.0}
    small.notebook("03_three", "import time\ntime.sleep(60)")
    with pytest.raises(StaatError, match=r"03_three.*1 s"):
        small.run()
    assert small.executed == ["01_one", "02_two"]


def test_a_killed_kernel_ends_in_a_clear_message(small: Any) -> None:
    small.notebook("03_three", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(StaatError, match=r"03_three.*(?s:.*)out of memory"):
        small.run()


@pytest.mark.parametrize("options", [{"jobs": 1}, {"fresh_kernels": True}, {"hash_seed": "7"}])
def test_the_tables_are_the_same_however_they_are_made(small: Any, options: dict[str, Any]) -> None:
    def tables() -> dict[str, bytes]:
        return {name: text for name, text in small.files().items() if name.endswith((".csv", ".parquet"))}

    small.run()
    first = tables()
    assert len(first) == 3
    assert small.run(force=True, **options) == ALL
    assert tables() == first


def test_a_second_run_of_an_edition_is_refused_with_who_holds_it(small: Any) -> None:
    with staging.locked(small.outputs, "small"), pytest.raises(StaatError, match="another run is making this edition"):
        small.run()


def test_what_a_killed_run_left_counts_in_the_next_one(small: Any) -> None:
    small.run()
    small.folder.rename(small.outputs / ".small.building-1-abc")
    assert small.run() == []
    assert small.up_to_date()
    assert not list(small.outputs.glob(".small.building-*"))


def test_half_a_result_never_counts(small: Any) -> None:
    small.run()
    left = small.outputs / ".small.building-1-abc"
    small.folder.rename(left)
    (left / "internal" / "numbers.parquet").write_bytes(b"half")
    (left / "internal" / "steps" / "three.json").write_text("{", "utf8")
    shutil.rmtree(small.outputs / ".cache" / "results")
    assert small.run() == ["01_one", "03_three"]


def test_stopping_keeps_what_succeeded_and_leaves_no_kernel(small: Any) -> None:
    small.notebook("02_two", "import time\ntime.sleep(60)")

    def stop(event: Any) -> None:
        small.events.append(event)
        if (event.kind, event.notebook) == ("started", "02_two"):
            raise KeyboardInterrupt

    from analysis.run.order import Options
    from analysis.run.runner import run

    with pytest.raises(KeyboardInterrupt):
        run([small.order], small.chain, small.project, Options(jobs=1), stop)
    kept = small.outputs / "small.unfinished"
    assert (kept / "internal" / "numbers.parquet").exists()
    with staging.locked(small.outputs, "small"):
        pass
    small.notebook("02_two")
    assert "01_one" not in small.run()


def test_editions_share_the_pool(small: Any) -> None:

    from analysis.run.order import Options
    from analysis.run.runner import run

    other = replace(small.order, edition="other", facts={"edition": "other"})
    run([small.order, other], small.chain, small.project, Options(jobs=2), small.events.append)
    published = [event.edition for event in small.events if event.kind == "published"]
    assert sorted(published) == ["other", "small"]
    assert (small.outputs / "other" / "manifest.json").exists()


def test_what_an_edition_says_of_itself_makes_its_pages_again_and_no_chapter(small: Any) -> None:
    small.run()
    small.facts["status"] = "final"
    assert not small.up_to_date()
    assert small.run() == []
    assert small.up_to_date()


@pytest.mark.parametrize("relative", ["also", "previous"])
def test_pages_are_made_again_when_the_edition_beside_them_is_there(small: Any, relative: str) -> None:
    small.facts[relative] = "other"
    small.run()
    assert small.up_to_date()
    page = small.outputs / "other" / "html" / "one.html"
    page.parent.mkdir(parents=True)
    page.write_text("<p>", "utf8")
    assert small.up_to_date()  # it is not whole
    (small.outputs / "other" / "manifest.json").write_text("{}", "utf8")
    assert not small.up_to_date()
    assert small.run() == []
    assert small.up_to_date()


def test_pages_that_cannot_be_made_leave_the_old_edition(small: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    small.run()
    before = small.files()

    def refuse(*_: object) -> None:
        raise StaatError("a figure is missing")

    monkeypatch.setattr("analysis.site.build", refuse)
    small.blocks["three"] = {"power": 4}
    with pytest.raises(RunFailedError, match="a figure is missing"):
        small.run()
    assert small.files() == before


def test_no_thread_stays_behind(small: Any) -> None:
    small.run()
    warm.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("step")]


def flip(path: Path) -> None:
    """Change one bit in the middle of a file, and put its time of writing back."""
    before, content = path.stat(), bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_a_flipped_bit_in_any_file_is_seen_by_status(small: Any) -> None:
    small.run()
    whole = small.files()
    for name in whole:
        path = small.folder / name
        flip(path)
        said = table(overview(Assessor(small.order, small.chain, small.project)))
        assert "small: up to date" not in said, name
        path.write_bytes(whole[name])
    assert "small: up to date" in table(overview(Assessor(small.order, small.chain, small.project)))


@pytest.mark.parametrize("name", ["manifest.json", "index.html", "internal/numbers.parquet"])
def test_a_truncated_file_is_seen_by_status_and_made_again(small: Any, name: str) -> None:
    small.run()
    path = small.folder / name
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    said = table(overview(Assessor(small.order, small.chain, small.project)))
    assert f"{name} was changed" in said
    small.run()
    assert small.up_to_date()


def test_a_broken_neighbour_stops_nobody(small: Any) -> None:
    small.outputs.mkdir(exist_ok=True)
    for name, text in {"cut": '{"edition": "cut"', "none": "[]"}.items():
        (small.outputs / name).mkdir()
        (small.outputs / name / "manifest.json").write_text(text, "utf8")
    (small.outputs / "loop").symlink_to(small.outputs / "loop")
    (small.outputs / "closed").mkdir(mode=0)
    assert small.run() == ["01_one", "02_two", "03_three"]
    assert small.up_to_date()


def test_a_folder_of_a_user_with_the_edition_s_name_stops_the_run_before_anything_runs(small: Any) -> None:
    small.folder.mkdir(parents=True)
    (small.folder / "notes.txt").write_text("mine", "utf8")
    with pytest.raises(InputError, match="is a folder that no run of small made"):
        small.run()
    assert small.executed == []
    assert (small.folder / "notes.txt").read_text("utf8") == "mine"


def test_of_registers_no_file_is_named_and_no_digest_can_be_checked(small: Any, monkeypatch: Any) -> None:
    """A file may be named after a school; and who guesses a whole file must not see that the guess is right."""
    order = type(small).order.fget
    monkeypatch.setattr(type(small), "order", property(lambda own: replace(order(own), confidential=True)))
    file = small.root / "facts" / "Klaassenplant.csv"
    file.write_text("1", "utf8")
    read = 'from pathlib import Path\ntexts = [path.read_text() for path in sorted(Path("../facts").iterdir())]\n'
    save = 'tables.save(open_workspace("one", "small"), "numbers", pd.DataFrame({"number": [len(texts)]}))'
    small.notebook("01_one", read + save)
    small.run()
    assert small.up_to_date()
    manifest = (small.folder / "manifest.json").read_text("utf8")
    assert not any(text in manifest for text in ("Klaassenplant", "base.txt", sha256(file)))
    file.write_text("2", "utf8")
    assert small.standings()["one"] == ("stale", "input facts changed")
    file.unlink()
    assert small.standings()["one"] == ("stale", "input facts changed")


def test_pages_on_data_of_persons_that_cannot_be_made_say_where_and_no_value(small: Any, monkeypatch: Any) -> None:
    def render(*_: object) -> None:
        raise KeyError("Klaassenplant")

    order = type(small).order.fget
    monkeypatch.setattr(type(small), "order", property(lambda own: replace(order(own), confidential=True)))
    monkeypatch.setattr("analysis.site.build", render)
    with pytest.raises(StaatError, match=r"the pages of small stopped with KeyError at test_runner\.py, line") as error:
        small.run()
    assert "Klaassenplant" not in str(error.value)
    assert error.value.__cause__ is None
