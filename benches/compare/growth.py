"""How our training grows with rows, trees, features and threads; its memory; linfa's trees beside it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import tables


class Setting(NamedTuple):
    """One point of one line of growth. Sizes are of the training rows."""

    of: str
    rows: int = 10_000
    features: int = 20
    trees: int = 10
    threads: int = 1
    max_features: int = 4
    linfa: bool = False

    @property
    def table(self) -> str:
        return f"{self.rows}x{self.features}"

    def command(self, bench: Path, data: Path) -> list[str]:
        flags = ["trees", "threads", "max_features"]
        values = [[f"--{flag.replace('_', '-')}", str(getattr(self, flag))] for flag in flags]
        linfa = ["--linfa"] if self.linfa else []
        return [str(bench), str(data / self.table), *sum(values, []), "--repeat", "0", *linfa]


SETTINGS = [
    *(Setting("rows", rows=rows) for rows in (10_000, 100_000, 1_000_000)),
    *(Setting("trees", trees=trees) for trees in (10, 100, 1_000)),
    *(Setting("features", features=features) for features in (10, 100, 1_000)),
    *(Setting("threads", rows=100_000, threads=threads) for threads in (1, 2)),
    Setting("memory", rows=1_000_000, threads=2),
    # Both look at all features: linfa-trees knows no max_features.
    *(Setting("linfa", rows=7_500, max_features=20, linfa=linfa) for linfa in (False, True)),
]

# A process's peak is never below that of the one that started it, so a small one does.
PEAK = """
import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(pid, 0)
print(usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def measure(bench: Path, data: Path, runs: int, quick: bool) -> list[dict]:
    """Fit seconds and peak memory in bytes of each setting, in turns."""
    for setting in SETTINGS:
        tables.lay_down(data / setting.table, setting.table, quick)
    results = [setting._asdict() | {"seconds": [], "peak_bytes": []} for setting in SETTINGS]
    for _ in range(runs):
        for setting, result in zip(SETTINGS, results):
            seconds, peak = run(setting.command(bench, data))
            result["seconds"].append(seconds)
            result["peak_bytes"].append(peak)
    for setting, result in zip(SETTINGS, results):
        print(f"growth with {setting}: {result['seconds']}", file=sys.stderr)
    return results


def run(command: list[str]) -> tuple[float, int]:
    measured = [sys.executable, "-S", "-c", PEAK, *command]
    line, peak = subprocess.run(measured, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    # Linux counts in kibibytes, macOS in bytes.
    return json.loads(line)["fit"], int(peak) * (1 if sys.platform == "darwin" else 1024)
