"""Data of published examples: from hashed wheels that `make test` lays beside the environment, and from Debian's R."""

import gzip
import io
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

PUBLISHED = Path(sys.prefix) / "published"


def published(name: str) -> Path:
    """A file of the packages of datasets.lock, which are laid down as files and never imported."""
    path = PUBLISHED / name
    if not path.exists():
        pytest.skip(f"{name} is absent: `make test` lays the packages of tests/reference/datasets.lock beside .venv")
    return path


@pytest.fixture(scope="session")
def senate():
    """American Senate elections (Cattaneo, Frandsen and Titiunik, 2015), as rdrobust carries them."""
    return pd.read_csv(published("rdrobust/data/rdrobust_RDsenate.csv"))


@pytest.fixture(scope="session")
def by_county_year():
    """Teenage employment by county and year, mpdta (Callaway and Sant'Anna, 2021), in the words of our panels."""
    path = published("moderndid/core/datasets/mpdta_long.pkl.gz")
    frame = pickle.loads(gzip.decompress(path.read_bytes()))  # noqa: S301 - the lock holds the hash of this file
    return frame.rename(columns={"countyreal": "location", "first.treat": "group"})


def from_r(name: str, package: str = "r-cran-mlmrev") -> pd.DataFrame:
    """Data that a package of Debian's R carries."""
    program = shutil.which("Rscript")
    words = [program, "-e", f"write.csv({name}, row.names = FALSE)"] if program else []
    completed = subprocess.run(words, capture_output=True, text=True) if words else None
    if completed is None or completed.returncode:
        pytest.skip(f"R's {name} is absent: apt-get install {package}")
    return pd.read_csv(io.StringIO(completed.stdout))


@pytest.fixture(scope="session")
def by_pupil_hsb82():
    """High School and Beyond, 1982 (Raudenbush and Bryk, 2002): mathematics of 7,185 pupils in 160 schools."""
    return from_r("mlmRev::Hsb82")


@pytest.fixture(scope="session")
def by_housing_kind():
    """Satisfaction of 1,681 householders in Copenhagen by kind of housing (Madsen, 1976): a row per combination."""
    return from_r("MASS::housing")


@pytest.fixture(scope="session")
def by_patient_endometrial():
    """Histology of 79 patients with cancer of the endometrium (Heinze and Schemper, 2002): a term that separates."""
    return from_r("brglm2::endometrial", "r-cran-brglm2")
