"""Migrations that are killed, collide or fail: directly, and all of it again through PgBouncer in transaction mode."""

import signal
import subprocess
from statistics import median
from time import monotonic, sleep

import psycopg
import pytest

from support.migrations import Route, direct, pgbouncer, write
from support.processes import clean_environment

POINTS = 20
FILES = 10


@pytest.fixture(scope="module", params=["direct", "pgbouncer"])
def route(request):
    if request.param == "direct":
        yield Route("direct", direct)
    else:
        with pgbouncer() as route:
            yield route


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Ten files, each of them with a pause in the middle, one without a transaction."""
    files = [
        f"CREATE TABLE t{number} (id bigint PRIMARY KEY, name text);\nSELECT pg_sleep(0.04);\n"
        f"INSERT INTO t{number} SELECT n, 'x' FROM generate_series(1, 50) n;\nALTER TABLE t{number} ADD CHECK (id > 0);"
        for number in range(1, FILES + 1)
    ]
    files[5] = "-- migrate:none\n-- migrate:up\nCREATE INDEX CONCURRENTLY IF NOT EXISTS t1_name ON t1 (name);\n"
    return write(tmp_path_factory.mktemp("files"), *files)


@pytest.fixture(scope="module")
def undisturbed(route, folder):
    """How long it takes, and what comes of it."""
    with route.database() as database:
        began = monotonic()
        database.must("up", folder=folder)
        return monotonic() - began, database.fingerprint()


def test_kill_at_twenty_points(route, folder, undisturbed):
    duration, fingerprint = undisturbed
    states = []
    for point in range(POINTS):
        with route.database() as database:
            child = database.starts("up", folder=folder)
            sleep(duration * (point + 0.5) / POINTS)
            child.send_signal(signal.SIGKILL)
            child.communicate()
            states.append(len(database.applied()))
            assert database.migrate("up", folder=folder).returncode == 0, f"after a kill at point {point}"
            assert database.applied() == list(range(1, FILES + 1))
            assert database.fingerprint() == fingerprint
            # What is recorded is what is there.
            database.must("verify", folder=folder)
            assert database.rows("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == [(0,)]
            assert database.rows("SELECT count(*) FROM t3") == [(50,)]
    print(f"\n{route.name}: applied when killed: {states}")
    assert len(set(states)) >= 5, "the kills did not meet different states"


def test_eight_at_once(route, folder, undisturbed):
    with route.database() as database:
        children = [database.starts("up", folder=folder) for _ in range(8)]
        outputs = [child.communicate(timeout=120) for child in children]
        assert [child.returncode for child in children] == [0] * 8, outputs
        applied = sorted(line for out, _ in outputs for line in out.splitlines())
        assert applied == [f"applied {number:04}_step.sql" for number in range(1, FILES + 1)]
        assert database.fingerprint() == undisturbed[1]
        database.must("verify", folder=folder)


def test_an_error_in_the_middle_changes_nothing(route, folder, tmp_path):
    with route.database() as database:
        good = write(tmp_path / "good", "CREATE TABLE a (id int);", "CREATE TABLE b (id int);")
        database.must("up", folder=good)
        fingerprint = database.fingerprint()
        bad = write(tmp_path / "good", "CREATE TABLE c (id int);\nINSERT INTO a VALUES (1);\n  SELECT '日本', nothing FROM a;",
                    "CREATE TABLE d (id int);", first=3)
        failed = database.migrate("up", folder=bad)
        assert failed.returncode == 1
        assert failed.stdout == ""
        lines = failed.stderr.splitlines()
        assert lines[0] == ('denwa: 0003_step.sql, line 4, column 16: column "nothing" does not exist (SQLSTATE 42703).')
        assert lines[1:3] == ["      SELECT '日本', nothing FROM a;", "              　　   ^"]
        assert lines[-1].startswith("Nothing of this file was applied")
        assert database.applied() == [1, 2]
        assert database.fingerprint() == fingerprint
        assert database.migrate("verify", folder=bad).stdout == "pending: 0003_step.sql\npending: 0004_step.sql\n"
        assert database.rows("SELECT count(*) FROM a") == [(0,)]


def test_up_and_down_and_up_again(route):
    """The shipped files, all the way."""
    with route.database() as database:
        database.must("up")
        fingerprint = database.fingerprint()
        newest = database.applied()[-1]
        database.must("down", "--to", "0", "--yes")
        assert database.applied() == []
        tables = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        assert database.rows(tables) == [(1,)], "more than schema_migrations is left"
        database.must("up")
        assert database.applied() == list(range(1, newest + 1))
        assert database.fingerprint() == fingerprint
        assert database.must("verify").startswith("ok: ")


def test_every_other_command(route, tmp_path):
    """Through a pooler too, without a trace that the next client would meet."""
    with route.database() as database:
        files = write(tmp_path / "files", ("CREATE TABLE a (id int);", "DROP TABLE a;"),
                      ("ALTER TABLE a ADD COLUMN n int;", "ALTER TABLE a DROP COLUMN n;"))
        database.must("up", "--steps", "1", folder=files)
        database.must("plan", folder=files)
        database.must("up", folder=files)
        database.must("redo", "--yes", folder=files)
        database.must("status", folder=files)
        database.must("down", "--yes", folder=files)
        assert database.applied() == [1]
        (files / "0001_step.sql").write_text((files / "0001_step.sql").read_text() + "-- a comment\n")
        database.must("repair", "--accept", "1", "--yes", folder=files)
        database.must("up", folder=files)
        database.must("verify", folder=files)


def test_a_long_index_while_people_write(route, tmp_path):
    """CREATE INDEX CONCURRENTLY waits for writers, and the ones that wait for the lock do not stand in its way."""
    with route.database() as database:
        files = write(tmp_path / "files", "CREATE TABLE a (id int);",
                      "-- migrate:none\n-- migrate:up\nCREATE INDEX CONCURRENTLY IF NOT EXISTS a_id ON a (id);\n")
        database.must("up", "--steps", "1", folder=files)
        with psycopg.connect(database.direct_url) as writer:
            writer.execute("INSERT INTO a VALUES (1)")
            children = [database.starts("up", folder=files) for _ in range(3)]
            sleep(1)
            assert all(child.poll() is None for child in children)
            writer.commit()
        outputs = [child.communicate(timeout=60) for child in children]
        assert [child.returncode for child in children] == [0, 0, 0], outputs
        assert sorted(out for out, _ in outputs) == ["", "", "applied 0002_step.sql\n"]


@pytest.mark.quiet
def test_time_at_head(route, capsys):
    """Beside `psql -c 'select 1'` in the same run."""
    def seconds(command):
        began = monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       env=clean_environment())
        return monotonic() - began

    with route.database() as database:
        database.must("up")
        ours, theirs = [], []
        for _ in range(15):
            ours.append(seconds(database.command("up")))
            theirs.append(seconds(["psql", "-X", "-d", database.url, "-c", "select 1"]))
        up, psql = median(ours), median(theirs)
        with capsys.disabled():
            print(f"\n{route.name}: up at head {up * 1000:.0f} ms, psql {psql * 1000:.0f} ms, ratio {up / psql:.2f}")
        assert up - psql <= 0.05
