"""School choice in Amsterdam against a Poisson regression on the same files, read anew.

Given the pupils of each postcode, Poisson counts by postcode and school with a constant per postcode have the
likelihood of the conditional logit (McFadden 1974; Guimaraes, Figueiredo and Woodward 2003). So statsmodels' GLM must
find the same coefficients and covariances. Nothing here but the side under test comes from this project's code.
"""

import csv
import json
import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from pooled_choice import TERMS as POOLED
from pooled_choice import fit_pooled

from analysis.data.prepare import choice_tables
from analysis.data.sources import read_duo

pytestmark = pytest.mark.real

COLUMNS = {"entry_cohort": "LEEFTIJD_4", "all_ages": "TOTAAL"}
TERMS = list(POOLED)


def pupils(folder):
    """Rows of Amsterdam's regular primary schools with pupils who live in the city."""
    with (folder / "duo/leerlingen-po-postcode-leeftijd-2017-2018/Amsterdam.csv").open(encoding="cp1252") as lines:
        for row in csv.DictReader(lines, delimiter=";"):
            row = {name: value.strip() for name, value in row.items()}
            home = row["POSTCODE_LEERLING"]
            regular = row["SOORT_PO"] == "Bo" and row["GEMEENTENAAM"] == "Amsterdam"
            if regular and row["GEMEENTENAAM_LEERLING"] == "Amsterdam" and len(home) == 4 and home.isdigit():
                yield row | {"location": row["BRIN_NUMMER"] + row["VESTIGINGSNUMMER"]}


def school_points(folder):
    """(lon, lat) of each location: the first of 2022, else the first of 2024."""
    points = {}
    for file, key in (("scholen-2022-05-01", "vestigingsnummer"), ("scholen-2024-11-22", "vestigingscode")):
        for feature in json.loads((folder / f"geo/{file}.geo.json").read_text("utf-8"))["features"]:
            points.setdefault(feature["properties"][key], feature["geometry"]["coordinates"])
    return points


def schoolweging(folder):
    sheet = pd.read_excel(folder / "cbs/schoolweging-2017-2019.xlsx", "Tabel 1", header=None, engine="calamine")
    assert sheet.iloc[1, 0] == "Schoolweging per BRIN vestiging, 2017"
    rows = sheet.iloc[5:].dropna(subset=[3])
    return dict(zip(rows[0] + rows[1].str.rstrip("*"), rows[3].astype(float), strict=True))


def nonwestern(folder):
    rows = pd.read_csv(folder / "cbs/bevolking-pc4-2013.csv", encoding="mac_roman").set_index("PostcodesOp1Januari")
    people = rows.filter(like="TotaalMannenEnVrouwen").iloc[:, 0]
    share = rows.filter(like="NietWesterseAllochtoon").iloc[:, 0] / people
    return {str(pc4): value for pc4, value in share[people > 0].items()}


def pc4_points(folder):
    rows = pd.read_csv(folder / "geo/pc4-points.csv", dtype={"postcode": str})
    rows = rows[rows["soort"].str.contains("Adres")]
    return dict(zip(rows["postcode"], zip(rows["longitude"], rows["latitude"], strict=True), strict=True))


def haversine(one, other):
    (lon1, lat1), (lon2, lat2) = (map(math.radians, point) for point in (one, other))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(h))


def design(folder, column):
    """One row per postcode and school: the pupils (in `column`) and the seven terms."""
    points, weging, share, homes = school_points(folder), schoolweging(folder), nonwestern(folder), pc4_points(folder)
    counts, denominations = {}, {}
    for row in pupils(folder):
        home, school, number = row["POSTCODE_LEERLING"], row["location"], int(row[column])
        if number and school in points and school in weging and home in homes and home in share:
            counts[home, school] = counts.get((home, school), 0) + number
            denominations[school] = row["DENOMINATIE_VESTIGING"]
    rows = []
    for home in sorted({home for home, _ in counts}):
        for school in sorted(denominations):
            km, w = haversine(homes[home], points[school]), weging[school] / 5
            rk, pc = (denominations[school] == name for name in ("Rooms-Katholiek", "Protestants-Christelijk"))
            other = denominations[school] != "Openbaar" and not rk and not pc
            terms = (km, math.log(km + 0.1), w, w * share[home] / 0.1, rk, pc, other)
            rows.append((home, school, counts.get((home, school), 0), *map(float, terms)))
    return pd.DataFrame(rows, columns=["pc4", "location", "pupils", *TERMS])


def poisson(rows):
    """Coefficients, both covariances and the log-likelihood of the choice."""
    home = rows["pc4"].astype("category").cat.codes.to_numpy()
    # Centred terms: else rounding in the constants costs digits.
    terms = rows[TERMS] - rows[TERMS].mean()
    matrix = np.hstack([terms.to_numpy(), np.eye(home.max() + 1)[home]])
    model = sm.GLM(rows["pupils"].to_numpy(float), matrix, family=sm.families.Poisson())
    fitted = model.fit(tol=1e-12, tol_criterion="params", maxiter=100)
    clustered = model.fit(
        start_params=fitted.params,
        tol=1e-12,
        tol_criterion="params",
        cov_type="cluster",
        cov_kwds={"groups": home, "use_correction": False},
    )
    number = home.max() + 1
    k = len(TERMS)
    mean = pd.Series(fitted.fittedvalues)
    share = mean / mean.groupby(home).transform("sum")
    return {
        "params": fitted.params[:k],
        "covariance": fitted.cov_params()[:k, :k],
        "covariance_cluster": clustered.cov_params()[:k, :k] * number / (number - 1),
        "loglik": float((rows["pupils"] * np.log(share)).sum()),
    }


@pytest.fixture(scope="module")
def amsterdam(real_data_folder, cards_folder):
    tables = choice_tables(
        read_duo(real_data_folder, cards_folder, "Amsterdam", 2017, allow_changed=False), "Amsterdam"
    )
    return tables.by_school.set_index("location"), tables.by_pc4.set_index("pc4"), tables.by_pc4_school


@pytest.mark.parametrize("name", COLUMNS)
def test_school_choice_equals_a_poisson_regression_on_the_files_themselves(name, real_data_folder, amsterdam):
    by_school, by_pc4, by_pc4_school = amsterdam
    terms, result = fit_pooled(by_pc4_school, COLUMNS[name], by_school, by_pc4)

    rows = design(real_data_folder, COLUMNS[name])
    expected = poisson(rows)
    assert result.n_choosers == rows["pupils"].sum()
    assert (result.n_situations, result.n_alternatives) == (rows["pc4"].nunique(), rows["location"].nunique())
    np.testing.assert_allclose(terms[TERMS], rows[TERMS], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(result.params[TERMS], expected["params"], rtol=1e-6)
    for kind in ("covariance", "covariance_cluster"):
        ours = getattr(result, kind).loc[TERMS, TERMS].to_numpy()
        np.testing.assert_allclose(np.sqrt(np.diag(ours)), np.sqrt(np.diag(expected[kind])), rtol=1e-6)
        scale = np.sqrt(np.outer(np.diag(ours), np.diag(ours)))
        np.testing.assert_allclose(ours / scale, expected[kind] / scale, atol=1e-6)
    assert result.loglik == pytest.approx(expected["loglik"], rel=1e-9)
