"""What leaves the building: disclosure rules, figures, tables, sentences and pages."""
