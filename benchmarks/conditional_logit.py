"""Fit time and peak memory of the conditional logit: ours against the libraries that have one.

Each engine fits the same choices in a process of its own. The time is that of the fit with its covariance, not of
making the data; the memory is the peak while fitting, data included, minus what the process held before them (Linux).
Compiled code is compiled before the clock starts. Coefficients must agree to 1e-6.

    python benchmarks/conditional_logit.py                  # all sizes and engines; takes some 20 minutes
    python benchmarks/conditional_logit.py --sizes 2000x30 --engines ours,xlogit
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

ATTRIBUTES = 8
SIZES = ("2000x30", "10000x100", "60000x200")
ENGINES = ("ours", "ours_pairs", "ours_rows", "xlogit", "xlogit_pairs", "phreg", "fepois", "clogit")
AGREE = 1e-6
CLOGIT = """
library(survival); d <- read.csv(commandArgs(TRUE)[1]); s <- proc.time()[3]
f <- clogit(as.formula(paste("chosen ~", paste0("x", 0:7, collapse="+"), "+ strata(pupil)")), d)
cat(proc.time()[3] - s, coef(f))
"""

Fitted = tuple[float, np.ndarray]


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def world(pupils: int, schools: int, *, pairs: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Make distances, the other attributes (schools x 7, or pupils x schools x 7) and the school chosen."""
    rng = np.random.default_rng(20201101)
    km = rng.exponential(3.0, (pupils, schools))
    others = rng.normal(size=(pupils, schools, 7) if pairs else (schools, 7))
    utility = -0.6 * km + others @ np.linspace(-0.5, 0.5, 7)
    utility += rng.gumbel(size=utility.shape)
    return km, others, utility.argmax(axis=1)


def built_out(km: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the attributes of every pair: pupils x schools x 8."""
    full = np.empty((*km.shape, ATTRIBUTES))
    full[..., 0] = km
    full[..., 1:] = others
    return full


def ours(km: np.ndarray, others: np.ndarray, chosen: np.ndarray) -> Fitted:
    from analysis.stats.conditional_logit import Design, fit_factored

    if others.ndim == 2:
        design = Design.plain({"x0": km}, pd.DataFrame(others, columns=[f"x{k}" for k in range(1, 8)]))
    else:
        arrays = {"x0": km} | {f"x{k + 1}": np.ascontiguousarray(others[..., k]) for k in range(7)}
        design = Design.plain(arrays, pd.DataFrame(index=pd.RangeIndex(km.shape[1])))
    choices = pd.Series(1.0, index=pd.MultiIndex.from_arrays([np.arange(len(chosen)), chosen]))
    start = time.perf_counter()
    result = fit_factored(design, choices)
    return time.perf_counter() - start, result.params.to_numpy()


def long_frame(km: np.ndarray, others: np.ndarray, chosen: np.ndarray) -> pd.DataFrame:
    pupils, schools = km.shape
    frame = pd.DataFrame(built_out(km, others).reshape(-1, ATTRIBUTES), columns=[f"x{k}" for k in range(ATTRIBUTES)])
    frame["pupil"] = np.repeat(np.arange(pupils), schools)
    frame["school"] = np.tile(np.arange(schools), pupils)
    frame["chosen"] = (frame["school"].to_numpy() == np.repeat(chosen, schools)).astype(int)
    return frame


def ours_rows(km: np.ndarray, others: np.ndarray, chosen: np.ndarray) -> Fitted:
    from analysis.stats.conditional_logit import fit

    frame = long_frame(km, others, chosen).set_index(["pupil", "school"])
    choices = frame.pop("chosen")
    start = time.perf_counter()
    result = fit(frame, choices[choices > 0])
    return time.perf_counter() - start, result.params.to_numpy()


def xlogit(km: np.ndarray, others: np.ndarray, chosen: np.ndarray) -> Fitted:
    from xlogit import MultinomialLogit

    x = built_out(km, others).reshape(-1, ATTRIBUTES)
    pupils, schools = km.shape
    y = (np.arange(schools) == chosen[:, None]).ravel().astype(int)
    model = MultinomialLogit()
    start = time.perf_counter()
    model.fit(
        X=x,
        y=y,
        varnames=[f"x{k}" for k in range(ATTRIBUTES)],
        ids=np.repeat(np.arange(pupils), schools),
        alts=np.tile(np.arange(schools), pupils),
        verbose=0,
        tol_opts={"ftol": 1e-12, "gtol": 1e-7},
    )
    return time.perf_counter() - start, model.coeff_


def phreg(km: np.ndarray, others: np.ndarray, chosen: np.ndarray) -> Fitted:
    from statsmodels.duration.hazard_regression import PHReg

    frame = long_frame(km, others, chosen)
    x = frame[[f"x{k}" for k in range(ATTRIBUTES)]].to_numpy()
    y = frame["chosen"].to_numpy()
    start = time.perf_counter()
    result = PHReg(2 - y, x, status=y, strata=frame["pupil"].to_numpy()).fit(disp=0)
    return time.perf_counter() - start, result.params


def fepois(km: np.ndarray, others: np.ndarray, chosen: np.ndarray) -> Fitted:
    import pyfixest

    frame = long_frame(km, others, chosen)
    formula = f"chosen ~ {' + '.join(f'x{k}' for k in range(ATTRIBUTES))} | pupil"
    start = time.perf_counter()
    result = pyfixest.fepois(formula, frame, vcov={"CRV1": "pupil"}, iwls_tol=1e-12)
    return time.perf_counter() - start, result.coef().to_numpy()


def clogit(km: np.ndarray, others: np.ndarray, chosen: np.ndarray) -> Fitted:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/choices.csv"
        long_frame(km, others, chosen).to_csv(path, index=False)
        command = ["Rscript", "-e", CLOGIT, path]
        words = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - fixed words
    took, *coefficients = map(float, words.split())
    return took, np.array(coefficients)


RUNS: dict[str, Callable[[np.ndarray, np.ndarray, np.ndarray], Fitted]] = {
    "ours": ours,
    "ours_pairs": ours,
    "ours_rows": ours_rows,
    "xlogit": xlogit,
    "xlogit_pairs": xlogit,
    "phreg": phreg,
    "fepois": fepois,
    "clogit": clogit,
}


def memory_mb(name: str) -> float:
    """Return what the kernel says of this process's memory: VmRSS is now, VmHWM the peak since it was reset."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def one(engine: str, size: str) -> dict[str, object]:
    """Fit once in this process."""
    pupils, schools = map(int, size.split("x"))
    pairs = engine.endswith("_pairs")
    if engine.startswith("ours"):
        RUNS[engine](*world(200, 20, pairs=pairs))  # compiles
    before = memory_mb("VmRSS")
    data = world(pupils, schools, pairs=pairs)
    forget_peak()  # making the data takes more than fitting them
    took, b = RUNS[engine](*data)
    elsewhere = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024  # R is a process of its own
    return {"seconds": took, "mb": max(memory_mb("VmHWM") - before, elsewhere), "b": b.tolist()}


def apart(engine: str, size: str) -> dict[str, object] | str:
    """Fit in a process of its own; what it says when it fails."""
    command = [sys.executable, __file__, "--one", engine, "--sizes", size]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONWARNINGS": "ignore"})  # noqa: S603 - this file
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["no output"])[-1][:90]
    return dict(json.loads(done.stdout.splitlines()[-1]))


def table(sizes: list[str], engines: list[str]) -> None:
    """Print one row per size and engine, then the ratios."""
    say("| size | engine | seconds | peak MB | largest difference |\n|---|---|---|---|---|")
    found: dict[tuple[str, str], dict[str, object]] = {}
    for size in sizes:
        for engine in engines:
            result = apart(engine, size)
            if isinstance(result, str):
                say(f"| {size} | {engine} | failed: {result} | | |")
                continue
            found[size, engine] = result
            reference = found.get((size, "ours_pairs" if engine.endswith("_pairs") else "ours"), result)
            gap = float(np.max(np.abs(np.subtract(result["b"], reference["b"]))))
            flag = "" if gap < AGREE else " (!)"
            say(f"| {size} | {engine} | {result['seconds']:.2f} | {result['mb']:.0f} | {gap:.1e}{flag} |")
    for (size, engine), result in found.items():
        mine = found.get((size, "ours_pairs" if engine.endswith("_pairs") else "ours"))
        if engine.startswith("ours") or mine is None:
            continue
        suffix = "_pairs" if engine.endswith("_pairs") else ""
        name = engine.removesuffix("_pairs")
        say(f"ratio {name}_time_{size}{suffix} {result['seconds'] / mine['seconds']:.1f}")
        say(f"ratio {name}_memory_{size}{suffix} {result['mb'] / mine['mb']:.1f}")


def scaling(sizes: tuple[str, ...] = ("60000x200", "600000x200")) -> None:
    """Print fit time and memory of ten times as many pupils, and a pass against one read of the distances."""
    small, large = (apart("ours", size) for size in sizes)
    if isinstance(small, str) or isinstance(large, str):
        say(f"failed: {small} {large}")
        return
    say(f"ratio ours_time_per_pupil_{sizes[1]} {large['seconds'] / small['seconds'] / 10:.2f}")
    say(f"ratio ours_memory_to_distances_{sizes[1]} {large['mb'] / (600_000 * 200 * 8 / 2**20):.2f}")
    say(f"ratio ours_pass_to_read_{sizes[0]} {pass_to_read(*map(int, sizes[0].split('x'))):.1f}")


def pass_to_read(pupils: int, schools: int) -> float:
    """Return the time of one pass over that of adding up the distances, each the best of five."""
    from analysis.stats.conditional_logit import Design
    from analysis.stats.conditional_logit.factored import FactoredLikelihood, available_threads

    km, others, chosen = world(pupils, schools, pairs=False)
    choices = np.arange(pupils), chosen, np.ones(pupils)
    likelihood = FactoredLikelihood(Design.plain({"x0": km}, pd.DataFrame(others)), choices, available_threads())
    b = np.full(ATTRIBUTES, -0.1)
    likelihood.at(b)
    return best(lambda: likelihood.at(b)) / best(km.sum)


def best(work: Callable[[], object], times: int = 5) -> float:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default=",".join(SIZES), help="pupils x schools, with commas between")
    parser.add_argument("--engines", default=",".join(ENGINES), help="which, with commas between")
    parser.add_argument("--scaling", action="store_true", help="also ten times as many pupils")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        say(json.dumps(one(chosen.one, chosen.sizes)))
        return
    table(chosen.sizes.split(","), chosen.engines.split(","))
    if chosen.scaling:
        scaling()


if __name__ == "__main__":
    main()
