"""Forecasts of counts by cohort, their rivals, how far they err, and what made counts change."""
