"""Tests on event studies that no chapter reports."""

from analysis.stats.panel import event_year, joint_test


def pre_trend_test(event, start):
    """Whether treated and other schools moved alike before `start`: all earlier terms of the event study are zero."""
    return joint_test(event, [term for term in event.coefficients.index if event_year(term) < start])
