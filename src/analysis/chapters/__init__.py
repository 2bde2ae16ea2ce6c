"""The chapters, one folder each: parameters, models, charts, findings and words of one notebook."""
