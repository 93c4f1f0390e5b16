"""docs/cli-tour.md is what the commands print. DENWA_TEST_REWRITE=1 writes it anew."""

import os
import shutil
from pathlib import Path

import pytest
from support import transcript
from support.postgres import PROGRAMS, own_cluster
from support.processes import binary, clean_environment, free_port

PAGE = Path(__file__).parents[2] / "docs" / "cli-tour.md"


@pytest.fixture
def tour(tmp_path):
    """An empty database, and a folder with the program on the path."""
    with own_cluster("cli-tour") as cluster:
        cluster.create_database("chat")
        cluster.create_database("copy")
        programs = tmp_path / "bin"
        programs.mkdir()
        (programs / "denwa").symlink_to(binary())
        environment = clean_environment() | {
            "PATH": f"{programs}:{PROGRAMS}:{os.environ['PATH']}", "DATABASE_URL": cluster.url("chat"), "COLUMNS": "100"}
        work = tmp_path / "work"
        work.mkdir()
        replacements = {
            "/backups": str(work),
            "postgresql://localhost/copy": cluster.url("copy"), "postgresql://localhost/chat": cluster.url("chat"),
            "localhost:5432": str(cluster.folder), "3001": str(free_port())}
        yield environment, work, replacements
        shutil.rmtree(work)


def test_the_page_is_true(tour):
    page = PAGE.read_text()
    steps = transcript.steps_in(page)
    outputs = transcript.run(steps, *tour)
    if os.environ.get("DENWA_TEST_REWRITE"):
        PAGE.write_text(transcript.rewritten(page, outputs))
    assert len(outputs) == len(steps) > 20
    for step, output in zip(steps, outputs):
        assert transcript.comparable(output) == transcript.comparable(step.output), f"$ {step.command}"


def test_another_output_is_noticed():
    step = transcript.Step("denwa --version", ["0.1.0"])
    assert transcript.comparable(["0.1.1"]) != transcript.comparable(step.output)
