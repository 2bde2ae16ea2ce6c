"""The teacher shortage: a hurdle-Beta in each region, tied to schoolweging, lasting within schools and boards."""

from __future__ import annotations

import numpy as np
from scipy.special import betaincinv, ndtr, ndtri

from analysis.synthetic.staffing_noise import Floats, lasting, normal_scores
from analysis.synthetic.staffing_schools import Flags, Schools, by_region
from analysis.synthetic.staffing_truth import HurdleBeta, StaffingTruth


def shortage_shares(truth: StaffingTruth, schools: Schools, seed: np.random.SeedSequence) -> Floats:
    """Draw every school's shortage, a share of its employment in fte, in every year: schools x years.

    The schools of a region are ordered, every year, by an index ``l v + noise``; their ranks go through the quantile
    function of the region's hurdle-Beta. The distribution over schools is the region's, whatever the loading `l` and
    however board and school effects fall out. The index rises with `v`, the part of schoolweging that is unrelated to
    the size of the school: the mean over schools then equals the mean weighted by employment, as the published figures
    ask (shares of schools and shares of employment come from one distribution).
    """
    noise = lasting(np.random.default_rng(seed), schools.board, truth.shortage_noise)
    shares = np.empty(noise.shape)
    for region, of in ((schools.g5, truth.g5), (~schools.g5, truth.outside)):
        index = truth.shortage_weging * _free_of_size(schools, region, truth)[:, None] + noise[region]
        score = normal_scores(index) + np.array(of.shortage_shift)
        shares[region] = hurdle_beta_quantile(ndtr(score), of.shortage)
    return shares


def hurdle_beta_quantile(chance: Floats, of: HurdleBeta) -> Floats:
    """Quantile function of the hurdle-Beta at `chance` (between 0 and 1)."""
    above = np.clip((chance - of.p_zero) / (1 - of.p_zero), 0.0, 1.0)
    return np.asarray(np.where(chance <= of.p_zero, 0.0, betaincinv(of.a, of.b, above)))


def insufficient_judgements(
    truth: StaffingTruth, schools: Schools, shortage: Floats, seed: np.random.SeedSequence
) -> Flags:
    """Draw the inspectorate's judgement onvoldoende, likelier at a shortage of 5% or more; it tends to last."""
    chance = np.where(shortage >= 0.05, truth.insufficient_large, truth.insufficient_small)
    index = lasting(np.random.default_rng(seed), schools.board, truth.insufficient_noise)
    return np.asarray(index < ndtri(chance) * np.sqrt(truth.insufficient_noise.variance))


def unqualified_shares(
    truth: StaffingTruth, schools: Schools, shortage: Floats, seed: np.random.SeedSequence
) -> Floats:
    """Draw the share of employment that staff without a licence fill: a Beta share of the shortage."""
    mean = by_region(truth, schools.g5, "unqualified")[:, None]
    a, b = mean * truth.unqualified_precision, (1 - mean) * truth.unqualified_precision
    return shortage * np.random.default_rng(seed).beta(a, b, shortage.shape)


def _free_of_size(schools: Schools, region: Flags, truth: StaffingTruth) -> Floats:
    """Score schools by the part of schoolweging that employment in 2024 does not foretell."""
    ratio = np.where(schools.high[region], truth.pupils_per_teacher.high[-1], truth.pupils_per_teacher.low[-1])
    size = normal_scores(schools.pupils[region, -1] / ratio)
    weging = normal_scores(schools.schoolweging[region].mean(axis=1))
    return normal_scores(weging - (weging @ size) / (size @ size) * size)
