"""Make segregation_pysal.csv: indices of made-up schools by PySAL's package `segregation`.

PySAL needs geopandas and numba, so it is no dependency of this project. To make the file anew, from its folder:

    python3 -m venv pysal
    pysal/bin/pip install segregation==2.5.4
    pysal/bin/python segregation_pysal.py > segregation_pysal.csv
"""

import csv
import sys

import pandas as pd
from segregation.multigroup import MultiInfoTheory
from segregation.singlegroup import DensityCorrectedDissim, Dissim, Interaction, Isolation

SCHOOLS = range(12)


def pupils(table: str) -> pd.DataFrame:
    """Make pupils by school and group, by a formula: ``low, middle, high`` (parental education, say)."""
    if table == "mixed":
        rows = [{"low": 7 * j % 12, "middle": 5 + j % 4, "high": (3 + j * j) % 11} for j in SCHOOLS]
    else:  # low and high meet at few schools
        rows = [{"low": 2**j % 97, "middle": 30, "high": 3 ** (11 - j) % 211 if j % 3 else 0} for j in SCHOOLS]
    return pd.DataFrame(rows)


def main() -> None:
    """Write one line per table and school: the counts, and PySAL's numbers for the whole table."""
    out = csv.writer(sys.stdout, lineterminator="\n")
    indices = ["low_against_high", "low_against_rest", "isolation_of_low", "low_meets_rest", "theil", "corrected"]
    out.writerow(["table", "low", "middle", "high", *indices])
    for table in ("mixed", "apart"):
        by_school = pupils(table)
        pair = by_school.assign(total=by_school["low"] + by_school["high"])
        everyone = by_school.assign(total=by_school.sum(axis=1))
        indices = [
            Dissim(pair, "low", "total").statistic,
            Dissim(everyone, "low", "total").statistic,
            Isolation(everyone, "low", "total").statistic,
            Interaction(everyone, "low", "total").statistic,
            MultiInfoTheory(by_school, ["low", "middle", "high"]).statistic,
            DensityCorrectedDissim(pair, "low", "total").statistic,
        ]
        for row in by_school.to_numpy().tolist():
            out.writerow([table, *row, *(repr(float(value)) for value in indices)])


if __name__ == "__main__":
    main()
