"""The load generator, against a server of its own and against one that runs."""

import json
import re
import signal
import subprocess
from pathlib import Path
from time import monotonic, sleep

import pytest

from support.processes import binary, children, clean_environment

BRIEF = ["--seconds", "1", "--warmup", "0.2", "--accounts", "16"]


def bench(*arguments, patience=120):
    return subprocess.run([binary(), "bench", *arguments], capture_output=True, text=True, timeout=patience,
                          env=clean_environment())


def figures(run, name):
    assert run.returncode == 0, run.stdout + run.stderr
    scenario, = json.loads(run.stdout)["scenarios"]
    assert scenario["name"] == name and scenario["failures"] == []
    return scenario["figures"]


def test_it_measures_a_server_of_its_own():
    run = bench("small", "--json", *BRIEF)
    small = figures(run, "small")
    assert small["messagesPerSecond"] > 50
    # Four sockets a room: every message is delivered four times.
    assert small["deliveriesPerSecond"] == pytest.approx(4 * small["messagesPerSecond"], rel=0.2)
    assert 1 < small["serverCPUMicrosecondsPerMessage"] < 100_000
    assert 0 < small["ackP50Milliseconds"] <= small["ackP99Milliseconds"] <= small["ackP999Milliseconds"]
    assert "small: measuring" in run.stderr


def test_it_measures_a_running_server(world):
    run = bench("churn", "--url", world.url, "--json", *BRIEF)
    churn = figures(run, "churn")
    assert churn["cyclesPerSecond"] > 5
    assert not any("CPU" in key for key in churn), "nobody told it the process"
    assert any("--pid" in note for note in json.loads(run.stdout)["notes"])


def test_it_prints_a_table():
    run = bench("steady", *BRIEF)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.startswith("steady: 100 rooms of 10 sockets")
    assert "  ack p99.9 " in run.stdout and "  write and fdatasync of 8 KiB p50 " in run.stdout


def test_those_who_do_not_read_are_made_to_fall_behind():
    """Or the scenario would show nothing: the kernel's buffers would have taken it all."""
    run = bench("slow", "--json", "--seconds", "2", "--warmup", "0.5", "--accounts", "16")
    scenario, = json.loads(run.stdout)["scenarios"]
    assert scenario["failures"] == [], scenario
    slow, bounds = scenario["figures"], scenario["bounds"]
    assert slow["stalledSocketsBehind"] + slow["stalledSocketsClosed"] == 100
    assert set(bounds) == {"ackP99Ratio", "deliveryP99Ratio", "serverPeakMebibytes"}
    assert bounds["serverPeakMebibytes"]["isMet"], slow
    # How long two seconds take says little here; but the bounds decide about the exit code.
    assert run.returncode == (0 if all(bound["isMet"] for bound in bounds.values()) else 1)


def test_it_uses_rooms_that_are_there(world):
    alice = world.person("alice")
    prefix = f"old-{alice.handle.rpartition('-')[2]}-"
    for number in range(1, 21):
        alice.api.post("/v1/rooms", name=f"{prefix}{number}")
        alice.fills(f"{prefix}{number}", 60)
    before = len(alice.api.get("/v1/rooms")["rooms"])
    history = figures(bench("history", "--url", world.url, "--rooms", prefix, "--json", *BRIEF), "history")
    assert history["warmReadsPerSecond"] > 5 and history["coldReadsPerSecond"] > 5
    rooms = {room["name"]: room for room in alice.api.get("/v1/rooms")["rooms"]}
    assert len(rooms) == before, "it made rooms"
    # Its accounts have joined, and nothing else was written.
    assert all(61 < rooms[f"{prefix}{number}"]["head"] <= 61 + 16 for number in range(1, 21))


@pytest.mark.parametrize("arguments, words", [
    (["nonsense"], "There is no scenario nonsense"),
    (["--seconds", "0"], "out of bounds"),
    (["--pid", "1"], "--pid goes with --url"),
    (["--rooms", "old-"], "--rooms goes with --url"),
])
def test_it_says_what_is_wrong(arguments, words):
    run = bench(*arguments)
    assert run.returncode == 64 and words in run.stderr


def test_it_needs_a_server_that_is_ready():
    run = bench("small", "--url", "http://127.0.0.1:1")
    assert run.returncode == 1 and "readyz" in run.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["interrupted", "killed"])
def test_nothing_stays_when_it_is_ended(number):
    with subprocess.Popen([binary(), "bench", "small", "--seconds", "60"], stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, env=clean_environment()) as child:
        assert any("small: measuring" in line for line in child.stderr)
        servers = [pid for pid in children(child.pid) if "serve" in command(pid)]
        assert servers, "no server was started"
        cluster = Path(re.search(r"/tmp/denwa-\w+", command(servers[0])).group())
        child.send_signal(number)
        child.stderr.read()
        child.wait(20)
    deadline = monotonic() + 20
    while cluster.exists() or any("serve" in command(pid) for pid in servers):
        assert monotonic() < deadline, "the server or its database is still there"
        sleep(0.1)


def command(pid):
    try:
        with open(f"/proc/{pid}/cmdline") as file:
            return file.read().replace("\0", " ")
    except OSError:
        return ""
