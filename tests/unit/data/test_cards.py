import hashlib

import pytest
import yaml
from pydantic import ValidationError

from analysis.data.cards import Card, read_card, verify_files
from analysis.errors import InputError

CONTENT = b"a;b\n1;2\n"
FIELDS = ("publisher", "title", "reference_date", "licence", "used_for", "reading")


def card(path="duo/S˙dwest-Frysl‚n.csv", sha256=None, **changes):
    files = {path: sha256 or hashlib.sha256(CONTENT).hexdigest()}
    return {"id": "pupils", **dict.fromkeys(FIELDS, "words"), "files": files} | changes


def write(folder, content):
    (folder / "pupils.yml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return folder


@pytest.fixture
def data_folder(tmp_path):
    (tmp_path / "duo").mkdir()
    (tmp_path / "duo" / "S˙dwest-Frysl‚n.csv").write_bytes(CONTENT)
    return tmp_path


def test_a_card_is_read_back_with_its_odd_file_names(tmp_path):
    read = read_card("pupils", write(tmp_path, card()))
    assert read == Card.model_validate(card())
    assert list(read.files) == ["duo/S˙dwest-Frysl‚n.csv"]
    with pytest.raises(ValidationError, match="frozen"):
        read.title = "another"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (card(colour="red"), "colour: Extra inputs are not permitted"),
        (card(licence=""), "licence: String should have at least 1 character"),
        (card(files={}), "files: Dictionary should have at least 1 item"),
        (card(sha256="abc"), "files.*String should match pattern"),
        (card(path="../secret.csv"), "files.*relative to the data folder"),
        (card(id="others"), "id: must be the name of the file"),
        ("words", "the card: Input should be a valid dictionary"),
    ],
)
def test_a_bad_card_is_one_message_with_the_key(tmp_path, content, problem):
    with pytest.raises(InputError, match=rf"pupils\.yml: {problem}"):
        read_card("pupils", write(tmp_path, content))


def test_unreadable_yaml_and_an_absent_card_are_one_message(tmp_path):
    (tmp_path / "pupils.yml").write_text("a: [1")
    with pytest.raises(InputError, match="not readable as YAML"):
        read_card("pupils", tmp_path)
    with pytest.raises(InputError, match="did you mean 'pupils'"):
        read_card("pupil", tmp_path)


def verify(folder, on_card, path="duo/S˙dwest-Frysl‚n.csv", allow_changed=False):
    return verify_files({"pupils": [path]}, folder, write(folder, on_card), allow_changed)


def test_files_as_on_the_card_are_verified(data_folder):
    (record,) = verify(data_folder, card())
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    source = dict.fromkeys(("publisher", "reference_date", "licence"), "words")
    path = "duo/S˙dwest-Frysl‚n.csv"
    assert record == {"card": "pupils", "path": path, "sha256": sha256, "status": "verified", **source}


@pytest.mark.parametrize("on_card", [card(sha256="0" * 64), card(path="duo/other.csv")])
def test_a_changed_file_is_refused_unless_allowed(data_folder, on_card):
    with pytest.raises(InputError) as error:
        verify(data_folder, on_card)
    for words in ("duo/S˙dwest-Frysl‚n.csv", "'pupils'", "data.allow_changed_sources: true"):
        assert words in str(error.value)
    assert verify(data_folder, on_card, allow_changed=True)[0]["status"] == "changed"


@pytest.mark.parametrize("allow_changed", [False, True])
def test_a_missing_file_is_refused_always(data_folder, allow_changed):
    with pytest.raises(InputError, match=r"other\.csv: missing; the card 'pupils'"):
        verify(data_folder, card(), "duo/other.csv", allow_changed)
