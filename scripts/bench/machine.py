"""What the kernel counts: processor time, memory, and the time that other guests of the host took."""

import contextlib
import os
import pathlib


def processor_seconds(pids):
    """User and system time that these processes have used, all their threads together."""
    return sum(map(_ticks, pids)) / os.sysconf("SC_CLK_TCK")


def _ticks(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def resident_megabytes(pid):
    pages = int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def processor_model():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "unknown"


class Noise:
    """The share of time that the host gave to others, run by run."""

    def __init__(self):
        self.shares = []

    @contextlib.contextmanager
    def watched(self, label):
        """Notes what was stolen while the block ran."""
        stolen, total = _stolen_and_total()
        yield
        stolen_then, total_then = _stolen_and_total()
        self.shares.append((label, (stolen_then - stolen) / max(1, total_then - total)))

    def worst(self):
        """Label and share of the run that suffered most."""
        return max(self.shares, key=lambda run: run[1], default=("no run", 0.0))


def _stolen_and_total():
    # user nice system idle iowait irq softirq steal; guest time is part of user time already.
    ticks = [int(field) for field in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return ticks[7], sum(ticks)
