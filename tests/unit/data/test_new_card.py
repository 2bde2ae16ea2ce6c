"""The card of files that were received: their hashes are written, what a person must say is marked."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import yaml

from analysis.data.cards import read_card
from analysis.data.new_card import write_card
from analysis.errors import InputError

LIKE = {
    **{"id": "leerlingen-2017", "publisher": "DUO", "title": "Pupils, 2017", "reference_date": "1 October 2017"},
    **{"licence": "CC0", "used_for": "school choice", "reading": "CSV", "files": {"duo/old.csv": "0" * 64}},
}


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A folder with two files, the data folder, the folder of the cards with last year's."""
    folder, cards = tmp_path / "data" / "duo" / "leerlingen-2018", tmp_path / "cards"
    folder.mkdir(parents=True)
    cards.mkdir()
    for name in ("Dorp", "Stad", ".hidden"):
        (folder / f"{name}.csv").write_text(name, "utf8")
    (cards / "leerlingen-2017.yml").write_text(yaml.safe_dump(LIKE), "utf8")
    return folder, tmp_path / "data", cards


def test_every_file_is_on_it_with_its_hash(places: tuple[Path, Path, Path]) -> None:
    path, open_keys = write_card(*places)
    card = read_card(path.stem, places[2])
    assert card.files == {
        f"duo/leerlingen-2018/{name}.csv": hashlib.sha256(name.encode()).hexdigest() for name in ("Dorp", "Stad")
    }
    assert card.id == "leerlingen-2018"
    assert len(open_keys) == 6
    assert card.publisher.startswith("DECIDE")


def test_what_holds_for_last_years_files_is_taken_over_and_what_is_of_a_year_is_asked(places) -> None:
    path, open_keys = write_card(*places, like="leerlingen-2017")
    card = read_card(path.stem, places[2])
    assert (card.publisher, card.licence, card.reading) == ("DUO", "CC0", "CSV")
    assert open_keys == ["title", "reference_date"]
    assert card.title == "DECIDE: Pupils, 2017"


def test_a_single_file_has_a_card_too(places) -> None:
    path, _ = write_card(places[0] / "Dorp.csv", *places[1:], id="dorp")
    assert [*read_card("dorp", places[2]).files] == ["duo/leerlingen-2018/Dorp.csv"]
    assert path.name == "dorp.yml"


def test_no_card_is_overwritten_and_nothing_outside_the_data_folder_gets_one(places, tmp_path: Path) -> None:
    write_card(*places)
    with pytest.raises(InputError, match="there is such a card"):
        write_card(*places)
    with pytest.raises(InputError, match="is not inside the data folder"):
        write_card(tmp_path / "cards", *places[1:])
    (places[1] / "empty").mkdir()
    with pytest.raises(InputError, match="holds no files"):
        write_card(places[1] / "empty", *places[1:])
