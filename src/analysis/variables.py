"""Where things are: environment variables of a user, and the words of the languages."""

from pathlib import Path

CHAPTERS = Path(__file__).with_name("chapters")
"""The folder with a folder for each chapter."""

DATA_VARIABLE = "STAAT_DATA"
"""Folder with the source files; wins over the params file."""

INTAKE_VARIABLE = "STAAT_INTAKE"
"""Folder with the mappings of own registers; the run system sets it for notebooks."""

CACHE_VARIABLE = "STAAT_REGISTERS"
"""Folder in which own registers that were read are kept; the run system sets it for notebooks."""

CATALOGUES = ("locale/{language}/*.po", "chapters/*/{language}.po", "topics/*/{language}.po")
"""Where the words of a language are, below the package."""

VOCABULARIES = ("locale/vocabulary.yml", "chapters/*/vocabulary.yml", "topics/*/vocabulary.yml")
"""Where the vocabulary is, below the package: what columns, codes and terms are called in every language."""

SHARED_VARIABLE = "STAAT_CACHE"
"""Folder of results that colleagues share; the option --cache wins over it."""
