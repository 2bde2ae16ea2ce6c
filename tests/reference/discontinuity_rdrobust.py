"""Make discontinuity_rdrobust.csv: jumps, kinks and density tests by the authors' packages `rdrobust` and `rddensity`.

Both are GPL-3, so that they are no dependency of this project. To make the file anew, from its folder:

    python3 -m venv rd
    rd/bin/pip install rdrobust==2.1.1 rddensity==3.0 "pandas<3"
    rd/bin/python discontinuity_rdrobust.py > discontinuity_rdrobust.csv
"""

import csv
import sys

import numpy as np
import pandas as pd
from scipy.special import ndtri

NUMBERS = ("conventional", "conventional_error", "estimate", "std_error", "h", "b", "n_left", "n_right")
CASES = {  # order, derivative, digits of the running variable (ties), bandwidths (None: chosen)
    "jump": (1, 0, 16, None),
    "jump, local quadratic": (2, 0, 16, None),
    "jump, ties": (1, 0, 1, None),
    "jump, given bandwidths": (1, 0, 16, (0.5, 0.8)),
    "kink": (2, 1, 16, None),
}
DENSITY = (0.6, 0.7)  # bandwidths left and right


def data(digits: int = 16) -> pd.DataFrame:
    """Make 700 observations by a formula: the running variable `x`, with a jump, a kink and a curve in `y`."""
    i = np.arange(1, 701)
    x = np.round(0.3 + ndtri((i * 0.6180339887498949) % 1), digits)
    noise = ndtri((i * 0.4142135623730951) % 1)
    right = x >= 0
    y = 1 + 0.8 * x - 0.5 * x**2 + 0.3 * x**3 + 0.6 * right + 0.9 * x * right + (0.5 + 0.2 * np.abs(x)) * noise
    return pd.DataFrame({"x": x, "y": y})


def main() -> None:
    """Write one line per case and number."""
    from rddensity import rddensity
    from rdrobust import rdrobust

    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["case", "number", "value"])
    for case, (order, derivative, digits, given) in CASES.items():
        frame = data(digits)
        h, b = given or (None, None)
        estimated = rdrobust(frame.y, frame.x, p=order, deriv=derivative, h=h, b=b, masspoints="off")
        coef, error = estimated.coef.to_numpy().ravel(), estimated.se.to_numpy().ravel()
        h_used, b_used = estimated.bws.to_numpy()[:, 0]
        values = (coef[0], error[0], coef[1], error[2], h_used, b_used, *estimated.N_h)
        for number, value in zip(NUMBERS, values, strict=True):
            out.writerow([case, number, repr(float(value))])
    estimated = rddensity(data().x.to_numpy(), h=list(DENSITY))
    density = {
        "left": estimated.hat.left,
        "right": estimated.hat.right,
        "statistic": estimated.test.t_jk,
        "p_value": estimated.test.p_jk,
    }
    for number, value in density.items():
        out.writerow(["density", number, repr(float(value))])


if __name__ == "__main__":
    main()
