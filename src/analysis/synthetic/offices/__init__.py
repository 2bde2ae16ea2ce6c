"""The synthetic world as an office would hold it: files in its forms, and the mapping that brings them back."""

FORMS = ("contract", "csv-nl", "cbs", "uwlr")
