"""Time and memory of the synthetic world at scale 1 and larger, to see whether it grows in proportion.

python benchmarks/world.py [SCALE ...]
"""

from __future__ import annotations

import subprocess
import sys

ONE = """
import resource, time
from analysis.synthetic.world import make_world
started = time.perf_counter()
world = make_world({scale}, 20201101)
seconds = time.perf_counter() - started
rows = sum(len(frame) for frame in world.frames.values())
print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, rows)
"""


def measure(scale: float) -> tuple[float, float, int]:
    """Return seconds, peak memory in GB and rows of a world, made in a process of its own."""
    words = [sys.executable, "-c", ONE.format(scale=scale)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)  # noqa: S603 - fixed words
    seconds, memory, rows = done.stdout.split()
    return float(seconds), float(memory), int(rows)


def main() -> None:
    """Print a table and the ratios to proportional growth."""
    scales = [float(word) for word in sys.argv[1:]] or [1.0, 3.0, 10.0]
    found = {scale: measure(scale) for scale in scales}
    first = scales[0]
    sys.stdout.write("scale   seconds   GB      rows\n")
    for scale, (seconds, memory, rows) in found.items():
        sys.stdout.write(f"{scale:<7g} {seconds:<9.1f} {memory:<7.2f} {rows:,}\n")
    for scale in scales[1:]:
        growth = found[scale][0] / found[first][0] / (scale / first)
        sys.stdout.write(f"ratio world_time_per_pupil_{scale:g} {growth:.2f}\n")


if __name__ == "__main__":
    main()
