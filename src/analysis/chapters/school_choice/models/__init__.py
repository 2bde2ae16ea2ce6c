"""Who chooses which primary school: the conditional logit of school choice and what follows from it.

Enrolment is not preference: children may have priority at the schools near their home, and places run out. The
composition of a school is itself an outcome of choice. The coefficients describe; they do not say what would happen
if a school changed.
"""
