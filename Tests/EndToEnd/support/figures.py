"""What the suite measures, and how much there is of it in script/security."""

import os


def size(name, brief):
    """How often something is done: `brief` beside the other tests, what DENWA_TEST_<name> says in script/security."""
    return int(os.environ.get(f"DENWA_TEST_{name}", brief))


def percentile(times, percent):
    times = sorted(times)
    return times[min(len(times) - 1, int(len(times) * percent / 100))]


def milliseconds(seconds):
    return f"{seconds * 1000:.2f} ms"


def resident(pid):
    """The bytes of memory that a process has."""
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:")) * 1024
