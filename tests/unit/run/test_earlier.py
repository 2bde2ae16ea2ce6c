"""Results kept by what they came from: what is changed back is not run again, and what editions share is run once."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analysis.run import records
from analysis.run.chain import Step
from analysis.run.earlier import Earlier, Shared, name_of
from analysis.run.hashes import sha256
from analysis.run.order import Options
from analysis.run.records import Record
from analysis.run.runner import run

ALL = ["01_one", "02_two", "03_three"]
TOTAL = Path("tables") / "two" / "total.csv"


def test_what_is_changed_back_is_not_run_again(small: Any) -> None:
    assert small.run() == ALL
    first = small.files()
    small.blocks["one"] = {"number": 8}
    assert small.run() == ALL[:2]
    small.blocks["one"] = {"number": 7}
    assert small.run() == []
    assert small.files()[str(TOTAL)] == first[str(TOTAL)] == b"total\n14\n"
    assert small.up_to_date()


def test_the_name_of_an_edition_is_no_reason_to_run_a_step(small: Any) -> None:
    small.run()
    small.edition = "other"
    small.notebook("03_three", 'workspace = open_workspace("three", "small")')  # this one does differ
    assert small.run() == ["03_three"]
    assert (small.outputs / "other" / TOTAL).read_text("utf8") == "total\n14\n"
    assert "edition" not in records.read(small.outputs / "other", "two").key["parameters"]
    assert small.up_to_date()


def test_editions_of_one_run_make_what_they_share_once(small: Any) -> None:
    orders = [
        replace(
            small.order,
            edition=f"small+{power}",
            facts={"edition": f"small+{power}", "title": "Small"},
            blocks={**small.blocks, "three": {"power": power}},
        )
        for power in (2, 3, 4)
    ]
    run(orders, small.chain, small.project, Options(jobs=2), small.events.append)
    assert sorted(small.executed) == ["01_one", "02_two", *["03_three"] * 3]  # two at a time, in any order
    for power in (2, 3, 4):
        folder = small.outputs / f"small+{power}"
        assert (folder / TOTAL).read_text("utf8") == "total\n14\n"
        assert (folder / "tables" / "three" / "power.csv").read_text("utf8") == f"{10**power}\n"


def test_what_one_edition_fails_at_another_tries_itself(small: Any) -> None:
    small.notebook("01_one", "1 / 0")
    orders = [replace(small.order, edition=name, facts={"edition": name}) for name in ("one", "other")]
    with pytest.raises(Exception, match="one is not published"):
        run(orders, small.chain, small.project, Options(jobs=1), small.events.append)
    assert [event.edition for event in small.events if event.kind == "failed"] == ["one", "other"]


def test_a_variant_begins_with_the_results_of_its_edition(small: Any) -> None:
    """Also where nothing is kept besides: the published edition is enough."""
    small.run()
    for place in (small.outputs / ".cache" / "results").iterdir():
        for path in sorted(place.rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
    small.edition = "small+three"
    small.blocks["three"] = {"power": 3}
    assert small.run() == ["03_three"]


def test_results_on_registers_of_persons_are_not_kept(small: Any, tmp_path: Path) -> None:
    order = replace(small.order, confidential=True)
    shared = tmp_path / "shared"
    run([order], small.chain, small.project, Options(jobs=2, cache=shared), small.events.append)
    assert small.executed == ALL
    assert not list((small.outputs / ".cache").glob("results/*"))
    assert not shared.exists()


def test_a_colleague_takes_results_from_a_shared_folder(small: Any, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    assert small.run(cache=shared) == ALL
    (small.outputs).rename(tmp_path / "elsewhere")
    assert small.run(cache=shared) == []
    assert (small.folder / TOTAL).read_text("utf8") == "total\n14\n"
    assert small.up_to_date()


def shared_result(small: Any, shared: Path, stem: str = "two") -> Path:
    small.run(cache=shared)
    small.outputs.rename(small.root / "elsewhere")
    return next(shared.glob(f"{stem}-*"))


def test_a_shared_result_whose_file_is_another_is_made_again(small: Any, tmp_path: Path) -> None:
    place = shared_result(small, tmp_path / "shared")
    (place / TOTAL).write_text("total\n1000000\n", "utf8")
    assert small.run(cache=tmp_path / "shared") == ["02_two"]
    assert (small.folder / TOTAL).read_text("utf8") == "total\n14\n"


@pytest.mark.parametrize(
    "stranger", ["../../evil.csv", "tables/one/other.csv", "tables/two/run.pkl", "internal/x.parquet"]
)
def test_a_shared_result_with_a_file_that_no_such_step_leaves_is_not_taken(
    small: Any, tmp_path: Path, stranger: str
) -> None:
    place = shared_result(small, tmp_path / "shared")
    record = json.loads((place / "record.json").read_text("utf8"))
    target = place / stranger
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("x", "utf8")
    record["outputs"][stranger] = sha256(target)
    (place / "record.json").write_text(json.dumps(record), "utf8")
    assert small.run(cache=tmp_path / "shared") == ["02_two"]


def test_a_link_in_a_shared_folder_is_not_followed(small: Any, tmp_path: Path) -> None:
    place = shared_result(small, tmp_path / "shared")
    (tmp_path / "mine.csv").write_bytes((place / TOTAL).read_bytes())
    (place / TOTAL).unlink()
    (place / TOTAL).symlink_to(tmp_path / "mine.csv")
    assert small.run(cache=tmp_path / "shared") == ["02_two"]


def record(stem: str, number: int, folder: Path, size: int = 10) -> Record:
    path = folder / "tables" / stem / "x.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x" * size, "utf8")
    key = {"parameters": {"number": number}}
    return Record(stem, key, {f"tables/{stem}/x.csv": sha256(path)}, {}, 1.0, None, "warm", "2026-01-01", {})


def test_what_was_used_longest_ago_goes_when_there_is_too_much(tmp_path: Path) -> None:
    built = tmp_path / "built"
    kept = Earlier(tmp_path / ".cache", most=25_000)
    places = [kept.keep(record("one", number, built, 10_000), built) for number in range(3)]
    for age, place in zip((30, 20, 10), places, strict=True):
        os.utime(place, (1_000_000 - age, 1_000_000 - age))
    kept.use(places[0])  # the oldest was used just now
    kept.tidy()
    assert [place.exists() for place in places] == [True, False, True]
    assert (tmp_path / ".cache" / "results").stat().st_mode & 0o077 == 0


def test_a_shared_record_is_read_as_data_only(tmp_path: Path) -> None:
    kept, shared = Earlier(tmp_path / ".cache"), Shared(tmp_path / "shared")
    made = record("one", 1, tmp_path / "built")
    shared.put(made, kept.keep(made, tmp_path / "built"))
    place = tmp_path / "shared" / name_of(made)
    assert {path.name for path in place.rglob("*") if path.is_file()} == {"record.json", "x.csv"}
    for content in ("", "[]", "{}", '{"name": "one"}', "[" * 100_000):
        (place / "record.json").write_text(content, "utf8")
        assert not shared.take(Step("01_one"), lambda _: True, Earlier(tmp_path / "other"))
