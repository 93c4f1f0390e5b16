"""`denwa migrate` as an operator meets it."""

import json
import os
import pty
import re
import signal
import subprocess
from time import monotonic, sleep

import psycopg
import pytest

from support.migrations import Route, direct, scratch_databases, write
from support.processes import binary, clean_environment


@pytest.fixture
def database():
    with Route("direct", direct).database() as database:
        yield database


@pytest.fixture
def files(tmp_path):
    return write(
        tmp_path / "files",
        ("CREATE TABLE people (id bigint PRIMARY KEY, name text);", "DROP TABLE people;"),
        ("CREATE TABLE notes (id bigint REFERENCES people (id), body text);", "DROP TABLE notes;"),
        ("ALTER TABLE people ADD COLUMN age int;", "ALTER TABLE people DROP COLUMN age;"))


def offline(*arguments):
    return subprocess.run([binary(), "migrate", *map(str, arguments)], capture_output=True, text=True, timeout=60,
                          env=clean_environment())


def test_up_goes_as_far_as_it_is_told(database, files):
    assert database.must("up", "--dry-run", "--to", 2, folder=files) == "would apply 0001_step.sql\nwould apply 0002_step.sql\n"
    assert database.applied() == []
    assert database.must("up", "--steps", 1, folder=files) == "applied 0001_step.sql\n"
    objects = database.objects("up", "--to", 2, folder=files)
    assert [(o["file"], o["version"]) for o in objects] == [("0002_step.sql", 2)] and objects[0]["milliseconds"] >= 0
    beyond = database.migrate("up", "--to", 1, folder=files)
    assert beyond.returncode == 64 and "denwa migrate down --to 1" in beyond.stderr
    assert database.migrate("up", "--to", 7, folder=files).returncode == 64
    assert database.migrate("up", "--steps", 0, folder=files).returncode == 64
    database.must("up", folder=files)
    again = database.migrate("up", folder=files)
    assert (again.returncode, again.stdout) == (0, "") and again.stderr.startswith("Nothing to do")


def test_status(database, files):
    database.must("up", "--steps", 1, folder=files)
    lines = database.must("status", folder=files).splitlines()
    assert lines[0].split() == ["VERSION", "APPLIED", "NAME"]
    assert re.fullmatch(r"0001 +\d{4}-\d\d-\d\dT[\d:.]+Z +step", lines[1])
    assert lines[2].split() == ["0002", "pending", "step"]
    report, = database.objects("status", folder=files)
    assert [entry["version"] for entry in report["applied"]] == [1]
    assert report["pending"] == [{"name": "step", "version": 2}, {"name": "step", "version": 3}]
    assert database.migrate("status", "--exit-code", folder=files).returncode == 2
    database.must("up", folder=files)
    assert database.migrate("status", "--exit-code", folder=files).returncode == 0


def test_down_asks(database, files):
    database.must("up", folder=files)
    unasked = database.migrate("down", folder=files)
    assert unasked.returncode == 64 and "--yes" in unasked.stderr
    assert "0003_step.sql\n  drops the column age of people\n" in unasked.stderr
    assert database.applied() == [1, 2, 3]
    assert types(database.command("down", folder=files), "no")[0] == 1
    assert database.applied() == [1, 2, 3]
    status, shown = types(database.command("down", folder=files), database.name)
    assert status == 0 and f"Type {database.name} to go on" in shown
    assert database.applied() == [1, 2]
    assert database.must("down", "--steps", 2, "--yes", folder=files) == "took back 0002_step.sql\ntook back 0001_step.sql\n"
    assert database.migrate("down", "--yes", folder=files).stderr.startswith("Nothing to do")


def types(command, answer):
    """Runs a command on a terminal and answers its question. Returns its status and what it wrote."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(command[0], command, clean_environment())
    shown, deadline = b"", monotonic() + 30
    while b"to go on" not in shown and monotonic() < deadline:
        shown += os.read(terminal, 4096)
    os.write(terminal, f"{answer}\n".encode())
    try:
        while chunk := os.read(terminal, 4096):
            shown += chunk
    except OSError:
        pass
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()


def test_back_from_a_newer_program(database, files, tmp_path):
    database.must("up", folder=files)
    older = write(tmp_path / "older", (files / "0001_step.sql").read_text())
    refused = database.migrate("up", folder=older)
    assert refused.returncode == 78 and "denwa migrate down --to 1" in refused.stderr
    # The cure, word for word.
    database.must("down", "--to", 1, "--yes", folder=older)
    assert database.migrate("up", folder=older).returncode == 0
    assert database.applied() == [1]


def test_serve_refuses_a_newer_database(database, files):
    database.must("up")
    newest = database.applied()[-1]
    database.rows("INSERT INTO schema_migrations (version, name, checksum, sql) VALUES (%s, 'x', '', '')", newest + 1)
    served = subprocess.run([binary(), "serve", "--database-url", database.url, "--port", "0"], capture_output=True, text=True,
                            timeout=60, env=clean_environment())
    assert served.returncode == 78
    assert f"migration {newest + 1}" in served.stderr and f"denwa migrate down --to {newest}" in served.stderr


def test_redo(database, files):
    database.must("up", folder=files)
    path = files / "0003_step.sql"
    path.write_text(path.read_text().replace("age int", "age bigint"))
    assert database.must("redo", "--yes", folder=files) == "applied 0003_step.sql again\n"
    kind = "SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = 'people'::regclass AND attname = 'age'"
    assert database.rows(kind) == [("bigint",)]
    database.must("verify", folder=files)


def test_a_changed_file(database, files):
    database.must("up", folder=files)
    path = files / "0002_step.sql"
    text = path.read_text()
    path.write_text("-- A licence.\r\n" + text.replace("\n", "\r\n"))
    harmless = database.migrate("up", folder=files)
    assert harmless.returncode == 0 and "comments or white space" in harmless.stderr
    path.write_text(text.replace("DROP TABLE notes", "DROP TABLE IF EXISTS notes"))
    assert "The down section of 0002_step.sql was changed" in database.migrate("status", folder=files).stderr
    path.write_text(text.replace("body text", "body text NOT NULL"))
    refused = database.migrate("up", folder=files)
    assert refused.returncode == 1
    assert "\n-CREATE TABLE notes (id bigint REFERENCES people (id), body text);\n+CREATE TABLE notes" in refused.stderr
    repaired = database.migrate("repair", "--accept", 2, "--yes", "--json", folder=files)
    assert repaired.returncode == 0 and "NOT NULL" in json.loads(repaired.stdout)["diff"]
    assert database.migrate("repair", "--accept", 2, folder=files).stderr.startswith("Nothing to do")
    assert database.migrate("repair", "--accept", 9, folder=files).returncode == 64
    database.must("up", folder=files)


def test_colliding_numbers_are_named(database, files):
    (files / "0003_another.sql").write_text("-- migrate:up\nSELECT 1;\n")
    refused = database.migrate("up", folder=files)
    assert refused.returncode == 1
    assert "Migration 3 exists twice: 0003_another.sql and 0003_step.sql" in refused.stderr
    assert database.applied() == []


def test_verify_names_drift(database, files):
    database.must("up", folder=files)
    assert database.must("verify", folder=files).startswith("ok: 3 migrations")
    database.rows("ALTER TABLE people ALTER name SET NOT NULL")
    database.rows("CREATE INDEX by_hand ON notes (body)")
    database.rows("ALTER TABLE people DROP COLUMN age")
    drifted = database.migrate("verify", folder=files)
    assert drifted.returncode == 2
    assert drifted.stdout.splitlines() == [
        "drift: - column people.age  integer",
        "drift: ~ column people.name", "drift:     was  text", "drift:     is   text NOT NULL",
        "drift: + index by_hand  CREATE INDEX by_hand ON public.notes USING btree (body)",
    ]
    found = json.loads(database.migrate("verify", "--json", folder=files).stdout)
    assert [(entry["change"], entry["name"]) for entry in found["drift"]] == [
        ("missing", "column people.age"), ("changed", "column people.name"), ("added", "index by_hand")]
    database.must("repair", "--accept", 3, "--yes", folder=files)
    database.must("verify", folder=files)


def test_verify_tells_apart(database, files):
    assert database.migrate("verify", folder=files).returncode == 2
    database.must("up", folder=files)
    (files / "0001_step.sql").write_text("-- migrate:up\nCREATE TABLE other ();\n")
    (files / "0002_step.sql").write_text("-- migrate:up\nCREATE TABLE others ();\n")
    wrong = database.migrate("verify", folder=files)
    assert wrong.returncode == 1
    assert "problem: 0001_step.sql was changed" in wrong.stdout and "problem: 0002_step.sql was changed" in wrong.stdout


def test_baseline(database, files):
    database.rows("CREATE TABLE people (id bigint PRIMARY KEY, name text)")
    assert database.migrate("baseline", 1, folder=files).returncode == 64
    assert database.must("baseline", 1, "--yes", folder=files) == "recorded 0001_step.sql\n"
    assert database.migrate("baseline", 1, "--yes", folder=files).returncode == 1
    assert database.must("up", folder=files) == "applied 0002_step.sql\napplied 0003_step.sql\n"


def test_plan(database, files):
    database.must("up", "--steps", 2, folder=files)
    database.rows("INSERT INTO people SELECT n, repeat('x', 1000) FROM generate_series(1, 40000) n")
    database.rows("ANALYZE")
    write(files, "ALTER TABLE people ADD COLUMN age int;", "ALTER TABLE people ALTER name TYPE varchar(2000);",
          "CREATE INDEX ON people (name);\nDO $$ BEGIN END $$;", first=3)
    statements = database.objects("plan", folder=files)
    assert [(s["file"], s["line"]) for s in statements] == [
        ("0003_step.sql", 2), ("0004_step.sql", 2), ("0005_step.sql", 2), ("0005_step.sql", 3)]
    assert [s["locks"][0]["level"] if s["locks"] else None for s in statements] == [
        "ACCESS EXCLUSIVE", "ACCESS EXCLUSIVE", "SHARE", None]
    assert statements[0]["locks"][0]["table"] == "people" and statements[0]["locks"][0]["bytes"] > 40_000_000
    assert [s["takes"] for s in statements] == ["instant", "seconds", "seconds", "unknown"]
    assert [s["previous"] for s in statements] == ["compatible", "incompatible", "compatible", "depends"]
    assert [s["rewrites"] for s in statements] == ["no", "perhaps", "no", "unknown"]
    assert [s["known"] for s in statements] == [True, True, True, False]
    text = database.must("plan", folder=files)
    assert re.search(r"line 2 +adds the column age to people\n +locks +ACCESS EXCLUSIVE on people \(4\d MB\), blocks readers and writers",
                     text)
    assert "unknown: take it for ACCESS EXCLUSIVE" in text
    assert database.applied() == [1, 2]


def test_lint(files):
    assert offline("lint").returncode == 0, "a shipped file has an error"
    assert offline("lint", "--dir", files).returncode == 0
    (files / "0004_step.sql").write_text("-- migrate:up\nSELECT 1;\n   DROP TABLE people;\n-- migrate:down\nSELECT 1;\n")
    found = offline("lint", "--dir", files)
    assert found.returncode == 1
    assert found.stdout.startswith("0004_step.sql:3:4: error: This destroys the table people;")
    finding = json.loads(offline("lint", "--dir", files, "--json").stdout)
    assert (finding["rule"], finding["line"], finding["level"]) == ("destructive", 3, "error")
    (files / "0004_step.sql").write_text(
        "-- migrate:up\nSELECT 1;\n-- destructive: moved to notes\nDROP TABLE people;\n-- migrate:down\nSELECT 1;\n")
    assert offline("lint", "--dir", files).returncode == 0


def test_new(tmp_path):
    write(tmp_path, "SELECT 1;", "SELECT 1;")
    made = offline("new", "Add reactions", "--dir", tmp_path)
    assert made.stdout == f"{tmp_path}/0003_add_reactions.sql\n"
    text = (tmp_path / "0003_add_reactions.sql").read_text()
    assert "\n-- migrate:up\n" in text and "\n-- migrate:down\n" in text
    assert json.loads(offline("new", "index", "--none", "--json", "--dir", tmp_path).stdout)["version"] == 4
    assert "-- migrate:none\n-- migrate:up\n" in (tmp_path / "0004_index.sql").read_text()
    for name in ["../x", "ü", "", "a.b"]:
        assert offline("new", name, "--dir", tmp_path).returncode == 1
    nowhere = offline("new", "x", "--dir", tmp_path / "missing")
    assert nowhere.returncode == 1 and "--dir" in nowhere.stderr


def test_a_folder_that_is_none(tmp_path):
    for folder in [tmp_path / "missing", tmp_path]:
        refused = offline("lint", "--dir", folder)
        assert refused.returncode == 1 and str(folder) in refused.stderr
    (tmp_path / "0001_a.sql").write_bytes(b"-- migrate:up\n\xff")
    assert "UTF-8" in offline("lint", "--dir", tmp_path).stderr


def test_dump_is_the_same_for_the_same_schema(database):
    database.must("up")
    first = database.must("dump")
    assert "CREATE TABLE public.events" in first and "Dumped" not in first and "restrict" not in first
    assert "OWNER TO" not in first
    assert database.must("dump") == first
    with Route("direct", direct).database() as other:
        other.must("up")
        assert other.must("dump") == first
        assert other.objects("dump") == [{"sql": first.removesuffix("\n")}]


def test_rehearse(database, files):
    database.must("up", "--steps", 2, folder=files)
    database.rows("INSERT INTO people VALUES (1, 'a')")
    # Goes well without rows, and not with them.
    write(files, "ALTER TABLE people ADD COLUMN age int NOT NULL;", "CREATE TABLE more (id int);", first=3)
    schema = database.must("dump")
    rehearsed = database.migrate("rehearse", folder=files)
    assert rehearsed.returncode == 0, rehearsed.stderr
    assert re.fullmatch(r"FILE +TIME\n0003_step.sql +\d+ ms\n0004_step.sql +\d+ ms\n", rehearsed.stdout)
    name = re.search(r"Rehearsing in the database (denwa_rehearsal_\w+)", rehearsed.stderr)[1]
    failed = database.migrate("rehearse", "--with-data", folder=files)
    assert failed.returncode == 1 and 'column "age" of relation "people" contains null values' in failed.stderr
    assert scratch_databases() == [] and name
    assert database.applied() == [1, 2] and database.must("dump") == schema
    write(files, "ALTER TABLE people ADD COLUMN age int NOT NULL DEFAULT 1;", first=3)
    assert [o["file"] for o in database.objects("rehearse", "--with-data", folder=files)] == ["0003_step.sql", "0004_step.sql"]


def test_rehearse_the_shipped_files_on_rows(database):
    database.must("up", "--to", 15)
    database.rows("INSERT INTO accounts (handle, display_name) SELECT 'user' || n, 'x' FROM generate_series(1, 500) n")
    objects = database.objects("rehearse", "--with-data")
    assert objects[0]["version"] == 16
    assert scratch_databases() == [] and database.applied()[-1] == 15


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_rehearsal_leaves_nothing(database, files, how):
    database.must("up", folder=files)
    write(files, "SELECT pg_sleep(60);", first=4)
    child = database.starts("rehearse", folder=files)
    deadline = monotonic() + 20
    running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%%pg_sleep(60)%%' AND pid <> pg_backend_pid()"
    while database.rows(running) == [(0,)]:
        assert monotonic() < deadline and child.poll() is None
        sleep(0.05)
    child.send_signal(how)
    _, err = child.communicate(timeout=20)
    assert child.returncode == 130 and "Interrupted" in err
    assert scratch_databases() == []
    assert database.rows(running) == [(0,)]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_the_server_stops_when_the_program_does(database, files, how):
    write(files, "CREATE TABLE early (id int);\nSELECT pg_sleep(60);", first=4)
    child = database.starts("up", folder=files)
    running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%%pg_sleep(60)%%' AND pid <> pg_backend_pid()"
    deadline = monotonic() + 20
    while database.rows(running) == [(0,)]:
        assert monotonic() < deadline and child.poll() is None
        sleep(0.05)
    child.send_signal(how)
    child.communicate(timeout=20)
    ended = monotonic()
    while database.rows(running) != [(0,)]:
        assert monotonic() < ended + 5, "the server goes on for nobody, with its locks"
        sleep(0.05)
    assert database.applied() == [1, 2, 3]
    assert database.rows("SELECT to_regclass('early')") == [(None,)]


def test_waiting_for_a_database_that_is_not_there(files):
    began = monotonic()
    waited = offline("up", "--wait", "1s", "--database-url", "postgresql://denwa@127.0.0.1:1/denwa", "--dir", files)
    assert waited.returncode == 69 and 1 <= monotonic() - began < 10


def test_a_lock_that_somebody_holds(database, files):
    database.must("up", "--steps", 2, folder=files)
    with psycopg.connect(database.direct_url, application_name="a long report") as reader:
        reader.execute("SELECT * FROM people")
        child = database.starts("up", "--lock-timeout", "200ms", folder=files)
        deadline = monotonic() + 20
        while not (line := child.stderr.readline()):
            assert monotonic() < deadline
        assert "0003_step.sql could not lock a table" in line
        sleep(1)
        # Between two tries nobody stands in a queue behind it.
        began = monotonic()
        with psycopg.connect(database.direct_url) as other:
            other.execute("SELECT * FROM people")
        assert monotonic() - began < 0.6
        reader.rollback()
        assert child.wait(20) == 0
        child.communicate()
    assert database.applied() == [1, 2, 3]


@pytest.mark.parametrize("command", ["up", "down", "redo", "status", "plan", "rehearse", "verify", "lint", "new", "baseline",
                                     "repair", "dump"])
def test_help_has_an_example(command):
    shown = offline(command, "--help")
    assert shown.returncode == 0 and f"denwa migrate {command}" in shown.stdout and "EXAMPLE" in shown.stdout
    for option in ["--wait", "--json", "--database-url", "--dir"]:
        assert option in shown.stdout
