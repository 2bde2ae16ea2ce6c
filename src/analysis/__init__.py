"""The helper package of the notebooks: data, models, publication and the run system."""
