"""The conditional logit (McFadden 1974): which alternative is chosen from a set, given the attributes of all in it.

An own estimator, because the libraries that have one take minutes to hours at the size of a school choice; see
docs/decisions/0003-own-conditional-logit.md. `fit` takes one row per alternative of each set; `fit_factored` takes
attributes of pairs and of alternatives apart, and never builds the rows.
"""

from analysis.stats.conditional_logit.design import ChoiceDesign
from analysis.stats.conditional_logit.estimation import fit, fit_factored
from analysis.stats.conditional_logit.formula import design_from_formula
from analysis.stats.conditional_logit.result import ConditionalLogitResult

__all__ = ["ChoiceDesign", "ConditionalLogitResult", "design_from_formula", "fit", "fit_factored"]
