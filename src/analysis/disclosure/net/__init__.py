"""Asked again after the gate: tables, pages and executed notebooks as they are on disk."""
