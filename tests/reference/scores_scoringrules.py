"""Make scores_scoringrules.csv: CRPS of normal forecasts and scores of intervals, by the package `scoringrules`.

Three forecasts of log counts. To make the file anew, from its folder:

    python3 -m venv scoringrules
    scoringrules/bin/pip install scoringrules==0.10.0
    scoringrules/bin/python scores_scoringrules.py > scores_scoringrules.csv
"""

import csv
import sys

import scoringrules

FORECASTS = (
    {"mean": 6.2, "sd": 0.05, "low": 6.1, "high": 6.3, "value": 6.25},
    {"mean": 7.0, "sd": 0.2, "low": 6.6, "high": 7.4, "value": 6.1},
    {"mean": 8.1, "sd": 0.03, "low": 8.04, "high": 8.16, "value": 8.2},
)
LEVEL = 0.95


def main() -> None:
    """Write one line per forecast, with its scores."""
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow([*FORECASTS[0], "crps", "score"])
    for one in FORECASTS:
        crps = scoringrules.crps_normal(one["value"], one["mean"], one["sd"])
        score = scoringrules.interval_score(one["value"], one["low"], one["high"], 1 - LEVEL)
        out.writerow([*one.values(), float(crps), float(score)])


if __name__ == "__main__":
    main()
