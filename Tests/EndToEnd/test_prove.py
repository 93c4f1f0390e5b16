"""`denwa prove` as an operator runs it: with everything of its own, and nothing left behind."""

import json
import re
import socket
import subprocess
from pathlib import Path

import pytest

from support.processes import OUTPUT, binary, clean_environment

pytestmark = pytest.mark.quiet

CLASSES = "lost 0 doubled 0 reordered 0 phantom 0 leaked 0"


def prove(*options, timeout=240):
    result = subprocess.run([binary(), "prove", *map(str, options)], capture_output=True, text=True, timeout=timeout,
                            env=clean_environment())
    for log in re.findall("the server's log is in (.+)", result.stdout):
        Path(log).unlink()
    return result.returncode, result.stdout, result.stderr


def works_in(folder):
    """The processes that are still at work there."""
    return [path for path in Path("/proc").glob("[0-9]*/cwd") if str(path.resolve()).startswith(folder)]


@pytest.fixture(scope="module")
def proof():
    """One short run with every fault."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    path = OUTPUT / "proof.json"
    path.unlink(missing_ok=True)
    status, out, err = prove("--seconds", 25, "--seed", 7, "--at-least", 2000, "--report", path)
    assert status == 0, out + err
    return out, json.loads(path.read_text()), err


def test_finds_nothing_and_says_what_it_did(proof):
    out, report, _ = proof
    assert out.splitlines()[0] == "seed 7"
    assert out.splitlines()[-1] == CLASSES == report["summary"]
    assert report["tally"]["acked"] >= 2000
    assert report["violations"] == {} and report["complaints"] == [] and report["findings"] == []
    assert all(count > 0 for check, count in report["checked"].items() if check != "refusals")


def test_every_fault_struck_and_was_overcome(proof):
    _, report, _ = proof
    faults = report["faults"]
    assert {"kill-server", "stop-server", "crash-database", "hang-database", "cut-commits"} <= set(faults)
    skipped = report["skippedFaults"]
    assert len(faults) + len(skipped) == 14 and set(skipped) <= {"clock-step"}
    assert all("libfaketime" in why for why in skipped.values())
    assert all(fault["recovered"] >= 1 for fault in faults.values()), faults
    assert report["serverStarts"] >= 3


def test_counts_what_it_did_to_connections(proof):
    """Of the room writer, whose connections are the ones that matter."""
    _, report, _ = proof
    cuts = report["commitCuts"]
    assert set(cuts) <= {"beforeRequest", "afterRequest", "beforeAnswer", "withinAnswer"} and sum(cuts.values()) >= 5, cuts
    assert set(report["terminatedBackends"]) <= {"denwa", "denwa writer", "denwa watch"}
    assert report["terminatedBackends"]


def test_nobody_waited_too_long(proof):
    """The proof itself allows for a machine that has nothing to spare; this short one is held to half a second."""
    assert 0 < proof[1]["longestWaitMs"] <= 3_500


def test_leaves_nothing_behind(proof):
    folder, port = re.search(r"PostgreSQL is in (\S+), the server on port (\d+)", proof[2]).groups()
    assert not Path(folder).exists() and not works_in(folder)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(port)), timeout=2)


def test_too_little_proves_nothing():
    status, out, _ = prove("--seconds", 5, "--faults", "none", "--at-least", 1_000_000, "--rate", 100)
    assert status == 1
    assert "TOO LITTLE" in out and out.splitlines()[-1] == CLASSES


def test_finds_what_a_forgetful_database_has_lost():
    """The same tool on a PostgreSQL that confirms too early: a proof that cannot fail would prove nothing."""
    status, out, err = prove("--seconds", 20, "--faults", "crash-database", "--unsafe-durability")
    assert status == 1, out + err
    words = out.splitlines()[-1].split()
    assert words[0] == "lost" and int(words[1]) > 0, out


@pytest.mark.parametrize("options", [["--faults", "earthquake"], ["--seconds", 0], ["--writers", 0]])
def test_refuses_what_it_does_not_know(options):
    status, out, err = prove(*options)
    assert status == 64 and out == ""
    assert options[0].strip("-") in err or "earthquake" in err
