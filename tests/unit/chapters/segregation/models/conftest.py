import pandas as pd
import pytest

# Two schools in two stadsdelen. In 2015 school a has 30 laag and 10 hoog, school b 10 laag and 30 hoog; in 2019 there
# are twice as many hoog and the schools are as far apart. Of the pupils at a, ten laag live nearer to b.
ROWS = [
    (2015, "a", "w1", "a", "laag", 20),
    (2015, "a", "w2", "b", "laag", 10),
    (2015, "a", "w1", "a", "hoog", 10),
    (2015, "b", "w2", "b", "laag", 10),
    (2015, "b", "w2", "b", "hoog", 30),
    (2019, "a", "w1", "a", "laag", 20),
    (2019, "a", "w2", "b", "laag", 10),
    (2019, "a", "w1", "a", "hoog", 20),
    (2019, "b", "w2", "b", "laag", 10),
    (2019, "b", "w2", "b", "hoog", 60),
]


@pytest.fixture
def by_attendance():
    columns = ["year", "location", "area", "nearest", "education", "pupils"]
    return pd.DataFrame(ROWS, columns=columns).assign(background="none")


@pytest.fixture
def schools():
    columns = {
        "stadsdeel": ["Noord", "Zuid"],
        "area": ["w1", "w2"],
        "lat": [52.0, 52.1],
        "lon": [4.9, 4.9],
        "schoolweging": [33.0, 26.0],
    }
    return pd.DataFrame(columns, index=pd.Index(["a", "b"], name="location"))
