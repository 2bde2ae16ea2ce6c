"""The truth of the synthetic world: every number that generated it, in one typed object, a part per module."""

from __future__ import annotations

from dataclasses import dataclass, field

from analysis.synthetic.advice_national import national_advice_truth
from analysis.synthetic.advice_truth import AdviceTruth
from analysis.synthetic.attendance import AttendanceTruth
from analysis.synthetic.choice import ChoiceTruth
from analysis.synthetic.city import CityTruth
from analysis.synthetic.counts import CountsTruth
from analysis.synthetic.judgements import JudgementTruth
from analysis.synthetic.learning_truth import LearningTruth
from analysis.synthetic.levels import LevelTruth
from analysis.synthetic.origins import OriginTruth
from analysis.synthetic.pupils import PupilsTruth
from analysis.synthetic.retention import RetentionTruth
from analysis.synthetic.schools import SchoolsTruth
from analysis.synthetic.staffing_truth import StaffingTruth
from analysis.synthetic.teachers import TeachersTruth


@dataclass(frozen=True)
class GapsTruth:
    """What the sources of DUO and CBS lack or have beside the city's own pupils."""

    # Shares of pupils whose home is registered outside the city, and of pupils whose home is not known.
    elsewhere: float = 0.035
    unknown_home: float = 0.0012
    # Shares of schools that the location file and the schoolweging file lack.
    schools_without_point: float = 0.012
    schools_without_weging: float = 0.022
    population: int = 10_000  # inhabitants of a PC4 area, mean
    population_share: float = 0.8  # non-western inhabitants of a PC4 area, as a part of the share among its pupils


@dataclass(frozen=True)
class Truth:
    """All that is true of the synthetic world, by part."""

    city: CityTruth = field(default_factory=CityTruth)
    pupils: PupilsTruth = field(default_factory=PupilsTruth)
    schools: SchoolsTruth = field(default_factory=SchoolsTruth)
    choice: ChoiceTruth = field(default_factory=ChoiceTruth)
    retention: RetentionTruth = field(default_factory=RetentionTruth)
    gaps: GapsTruth = field(default_factory=GapsTruth)
    learning: LearningTruth = field(default_factory=LearningTruth)
    advice: AdviceTruth = field(default_factory=AdviceTruth)
    advice_national: AdviceTruth = field(default_factory=national_advice_truth)
    staffing: StaffingTruth = field(default_factory=StaffingTruth)
    teachers: TeachersTruth = field(default_factory=TeachersTruth)
    attendance: AttendanceTruth = field(default_factory=AttendanceTruth)
    levels: LevelTruth = field(default_factory=LevelTruth)
    counts: CountsTruth = field(default_factory=CountsTruth)
    origins: OriginTruth = field(default_factory=OriginTruth)
    judgements: JudgementTruth = field(default_factory=JudgementTruth)
