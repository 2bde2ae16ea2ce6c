"""Time and peak memory of the model of school choice in all municipalities, from tables to results.

The flows of 1.3 million pupils are split, the designs built and the models estimated, with all processors that this
process may use and with one. Reading the files is told apart: chapter 01 does that once for all chapters. Coefficients
must be the same with any number of threads. Compiled code is compiled before the clock starts.

    python benchmarks/choice_by_municipality.py DATA_FOLDER
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import pandas as pd

from analysis.chapters.choice_by_municipality.models.estimation import Fitted, account, coefficients, designs, estimate
from analysis.chapters.choice_by_municipality.models.flows import Municipality, municipalities
from analysis.data.country_files import read_country_files
from analysis.data.prepare import choice_tables
from analysis.data.sources import COUNTRY, read_duo
from analysis.stats.conditional_logit import design_from_formula
from analysis.stats.conditional_logit.factored import available_threads

FORMULA = "distance_km + log(distance_km + 0.1)"
CARDS = Path(__file__).parents[1] / "params" / "sources"
GOAL_SECONDS, GOAL_GB = 30.0, 2.0


def say(name: str, value: str) -> None:
    sys.stdout.write(f"{name:<44}{value}\n")
    sys.stdout.flush()


def gigabytes() -> float:
    """Return the peak memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # kilobytes, on Linux


def whole(tables: list[pd.DataFrame], threads: int) -> tuple[list[Fitted], float, float]:
    """Return the models, the seconds they took, and those of the processors, which a busy machine does not stretch."""
    start, work = time.perf_counter(), time.process_time()
    fitted = estimate(municipalities(*tables), FORMULA, threads=threads)
    return fitted, time.perf_counter() - start, time.process_time() - work


def formula_each(country: list[Municipality]) -> float:
    """Time reading the formula anew for every municipality, as `estimate` does not."""
    start = time.perf_counter()
    for one in country:
        design_from_formula(
            FORMULA,
            {"distance_km": one.distance_km},
            one.schools[["schoolweging", "denomination"]],
            one.homes[["share_nonwestern"]],
        )
    return time.perf_counter() - start


def main() -> None:
    """Print the times, the memory and the ratios."""
    folder = Path(sys.argv[1])
    start = time.perf_counter()
    made = choice_tables(read_duo(folder, CARDS, COUNTRY, 2017, allow_changed=False), COUNTRY)
    files, _ = read_country_files(folder, CARDS, allow_changed=False)
    tables = [made.by_school, made.by_pc4, made.by_pc4_school, *files.values()]
    say("reading and checking the files", f"{time.perf_counter() - start:.1f} s")

    some = municipalities(*tables)
    estimate(some[:20], FORMULA)  # compiles
    threads = available_threads()
    fitted, seconds, work = whole(tables, threads)
    alone, seconds_alone, work_alone = whole(tables, 1)
    pd.testing.assert_frame_equal(coefficients(fitted), coefficients(alone), check_exact=True)
    pupils = sum(one.n_pupils for one in some)
    say("municipalities, pupils", f"{len(some)}, {pupils:,}")
    for row in account(fitted).to_dict("records"):
        say(f"  {row['outcome']}", str(row["municipalities"]))
    say(f"all models, {threads} threads", f"{seconds:.1f} s, of processors {work:.1f} s")
    say("all models, 1 thread", f"{seconds_alone:.1f} s, of processors {work_alone:.1f} s")
    say("peak memory, reading included", f"{gigabytes():.2f} GB")

    start = time.perf_counter()
    list(designs(some, FORMULA))
    together = time.perf_counter() - start
    sys.stdout.write(f"ratio national_seconds_of_goal {seconds / GOAL_SECONDS:.2f}\n")
    sys.stdout.write(f"ratio national_memory_of_goal {gigabytes() / GOAL_GB:.2f}\n")
    sys.stdout.write(f"ratio national_formula_each {formula_each(some) / together:.1f}\n")


if __name__ == "__main__":
    main()
