"""What is true of a made-up world in the units of a chapter's estimates."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from analysis.advice_levels import LEVELS, advice_of_test, cut_points
from analysis.synthetic.advice import Floats, advice_position
from analysis.synthetic.advice_truth import AdviceTruth
from analysis.synthetic.learning import SCHOOL_COLUMNS, analysed
from analysis.synthetic.learning_growth import closure_effect
from analysis.synthetic.learning_truth import NORMS, SCHOOL_YEARS, LearningTruth, percentile


def advice_probabilities(frame: pd.DataFrame, school_advice: pd.Series, truth: AdviceTruth) -> pd.DataFrame:
    """Compute each pupil's true probabilities of under- and over-advice, given scores, groups and school.

    They make the estimand of a linear probability model exact: it is the least squares projection of these
    probabilities on the model's own columns, which is what the model estimates without bias.

    Returns
    -------
    DataFrame
        ``under, over`` (half levels counted), indexed as `frame`; missing where there is no test.
    """
    test = advice_of_test(frame)
    thresholds = cut_points(truth.half_width(frame["year"].to_numpy()))
    position = advice_position(frame, school_advice, truth)

    def below(levels: NDArray[np.int64]) -> Floats:
        threshold = np.take_along_axis(thresholds, np.clip(levels - 1, 0, 9)[:, None], axis=1)[:, 0]
        share = expit((threshold - position) / truth.advice_noise)
        return np.select([levels == 0, levels == len(LEVELS)], [0.0, 1.0], share)

    under = below(np.searchsorted(LEVELS, test.to_numpy(), "left"))
    over = 1 - below(np.searchsorted(LEVELS, test.to_numpy(), "right"))
    return pd.DataFrame({"under": under, "over": over}, index=frame.index).where(test.notna())


def closure_percentiles(
    by_pupil_test: pd.DataFrame, by_location: pd.DataFrame, truth: LearningTruth
) -> dict[str, float]:
    """Compute what the closure truly took from the analysed pupils of 2019/20, in percentile points by subject.

    The mean over pupils of their percentile minus the percentile that they would have had: with ``z`` the ability
    at the E-test and ``d`` the effect but for what is particular to a school, ``100 (Phi(z) - Phi(z - d))``. Schools
    differ about this mean (`ClosureTruth.school_sd`): an estimate from few schools may lie off it by that much.
    """
    rows = analysed(by_pupil_test)
    rows = rows[rows["year"] == SCHOOL_YEARS[-1]].merge(by_location[list(SCHOOL_COLUMNS)], on="location")
    return {str(subject): _percentiles_lost(str(subject), part, truth) for subject, part in rows.groupby("subject")}


def _percentiles_lost(subject: str, rows: pd.DataFrame, truth: LearningTruth) -> float:
    groep, level_one = rows["groep"].to_numpy(), (rows["level_m"] == "I").to_numpy(bool)
    at_risk, shortage = rows["share_at_risk"].to_numpy(), rows["shortage"].to_numpy()
    effect = closure_effect(subject, groep, level_one, at_risk, shortage, truth.closure)
    ability = NORMS[subject].ability(rows["e_score"].to_numpy(), groep, end=True)
    return float(np.mean(percentile(ability) - percentile(ability - effect)))
