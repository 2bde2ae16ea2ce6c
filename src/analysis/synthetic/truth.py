"""The truth of the synthetic city: every number that generated it, in one typed object."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

import pandas as pd


@dataclass(frozen=True)
class ChoiceTruth:
    """Coefficients of the conditional logit by which the pupils chose; terms as in `models.school_choice`."""

    distance_km: float = -0.45
    log_distance: float = -1.30
    schoolweging: float = -0.55
    schoolweging_x_nonwestern: float = 0.13
    denomination_rk: float = 0.10
    denomination_pc: float = -0.10
    denomination_other: float = -0.35

    def as_series(self) -> pd.Series:
        """Return the coefficients by term."""
        return pd.Series(asdict(self), name="truth")


@dataclass(frozen=True)
class Truth:
    """All that is true of the synthetic city.

    Parameters
    ----------
    pupils, schools, postcodes
        Size at scale 1, as the report on Amsterdam 2019/20 states it (61,919 pupils at 213 schools).
    share_elsewhere, share_unknown_home
        Shares of pupils living outside the city and of pupils whose home is not known.
    share_special
        Pupils in special schools, relative to those in regular ones.
    schools_without_point, schools_without_weging
        Shares of schools that the location file and the schoolweging file lack.
    """

    pupils: int = 61_919
    schools: int = 213
    postcodes: int = 80
    radius_km: float = 7.0
    share_elsewhere: float = 0.035
    share_unknown_home: float = 0.0012
    share_special: float = 0.045
    schools_without_point: float = 0.012
    schools_without_weging: float = 0.022
    choice: ChoiceTruth = field(default_factory=ChoiceTruth)
