"""Models and tables that the chapters on staffing share."""
