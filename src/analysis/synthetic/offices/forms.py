"""The forms in which offices have their registers, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from analysis.errors import InputError
from analysis.synthetic.offices import FORMS
from analysis.synthetic.offices.cbs import cbs
from analysis.synthetic.offices.contract import contract
from analysis.synthetic.offices.csv_nl import csv_nl
from analysis.synthetic.offices.office import Office, Tables
from analysis.synthetic.offices.uwlr import uwlr

MAKERS: Mapping[str, Callable[[Tables, int], Office]] = {
    "contract": lambda tables, _: contract(tables),
    "csv-nl": lambda tables, _: csv_nl(tables),
    "cbs": cbs,
    "uwlr": uwlr,
}


def office(form: str, tables: Tables, seed: int) -> Office:
    """Return what an office holds of the tables of a world.

    Parameters
    ----------
    form : ``contract``, ``csv-nl``, ``cbs`` or ``uwlr``.
    tables : Those of the contracts of microdata, and by name those that go along with them; see `beside`.
    seed : Of the edition.

    Raises
    ------
    InputError : For another form.
    """
    if form not in MAKERS:
        raise InputError(f"--as {form}", "there is no such form", allowed=", ".join(FORMS))
    return MAKERS[form](tables, seed)
