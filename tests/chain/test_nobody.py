"""A user without a home and without an entry among the users, as many containers have."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

AS_NOBODY = ["unshare", "--map-user=54321", "--map-group=54321"]


def _can_be_nobody() -> bool:
    return bool(shutil.which("unshare")) and not subprocess.run([*AS_NOBODY, "true"], check=False).returncode


@pytest.mark.skipif(not _can_be_nobody(), reason="this machine gives no user without an entry (unshare --map-user)")
@pytest.mark.parametrize("words", [(), ("--fresh-kernels",)], ids=["forked", "new"])
def test_who_has_no_home_and_no_name_runs_an_edition(staat: Any, tmp_path: Path, words: tuple[str, ...]) -> None:
    order = tmp_path / "order"
    order.write_bytes(pickle.dumps((staat.small.order, staat.small.chain, staat.small.project)))
    script = Path(__file__).with_name("small_staat.py")
    place = ["run", "small.yml", "--outputs", str(staat.small.outputs)]
    environment = {name: value for name, value in os.environ.items() if name not in ("HOME", "USER", "LOGNAME")}
    command = [*AS_NOBODY, sys.executable, str(script), str(order), *place, *words]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert staat.small.files()["tables/two/total.csv"] == b"total\n14\n"
