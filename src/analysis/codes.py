"""What the codes in an edition's data mean: groups, parts of the city, concepts, in order and in both languages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from analysis.declare import Block, key


class Label(Block):
    """What pages call a code."""

    en: str = key("in English", min_length=1)
    nl: str = key("in Dutch", min_length=1)


class Background(Label):
    """A migration background."""

    kind: Literal["none", "nonwestern", "western"] = key("none: the group that others are compared with")


BACKGROUND = {
    "none": Background(en="no migration background", nl="geen migratieachtergrond", kind="none"),
    "moroccan": Background(en="Moroccan", nl="Marokkaans", kind="nonwestern"),
    "turkish": Background(en="Turkish", nl="Turks", kind="nonwestern"),
    "surinamese": Background(en="Surinamese", nl="Surinaams", kind="nonwestern"),
    "other_nonwestern": Background(en="other non-western", nl="overig niet-westers", kind="nonwestern"),
    "western": Background(en="western", nl="westers", kind="western"),
}


FIVE_YEARS_ON = ("same school", "other school, same wijk", "other school and wijk", "left the city")
"""Where a pupil is five years on."""

NONE = "none"
"""A code that means something else as a background, a concept or a model without controls."""


class Codes(Block):
    """What the codes in an edition's data mean; the order is that of tables and figures."""

    background: dict[str, Background] = Field(
        BACKGROUND, description="migration backgrounds by code; one of them is of the kind none", min_length=2
    )
    stadsdeel: tuple[str, ...] = key("parts of the city, in their order; by default those of the data", default=())
    concept: dict[str, Label] = Field({}, description="educational concepts by code; by default those of the data")
    school_keys: Literal["brin", "encrypted"] = key(
        "keys of the schools of a made-up city: brin; encrypted, 32 hexadecimal digits and the vestigingsnummer",
        default="brin",
    )

    @model_validator(mode="after")
    def _one_group_to_compare_with(self) -> Codes:
        if [background.kind for background in self.background.values()].count("none") != 1:
            raise ValueError("background: exactly one code is of the kind none")
        return self

    def backgrounds(self, *kinds: str) -> list[str]:
        """Return the codes of backgrounds of these kinds, in their order; of all kinds by default."""
        return [code for code, background in self.background.items() if not kinds or background.kind in kinds]

    def words(self) -> dict[str, dict[str, str]]:
        """Return what pages call the codes that an edition brings; the defaults have words of their own."""
        own = {code: label for code, label in self.background.items() if label != BACKGROUND.get(code)}
        plain = {code: label for code, label in {**own, **self.concept}.items() if code != NONE}
        of_concept = {f"category: {code}": label for code, label in self.concept.items()}
        named = {code: {"en": label.en, "nl": label.nl} for code, label in {**plain, **of_concept}.items()}
        steps = {
            f"concept {code}": {"en": f"concept: {label.en}", "nl": f"concept: {label.nl}"}
            for code, label in self.concept.items()
        }
        return {**named, **steps}


def codes_of(facts: Mapping[str, Any]) -> Codes:
    """Return what codes mean in an edition of these facts."""
    return Codes.model_validate_json(json.dumps(facts.get("codes", {})))
