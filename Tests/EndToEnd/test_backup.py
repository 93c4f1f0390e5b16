"""Backups: what is in them, what is found when they are damaged, and what is left when making one goes wrong."""

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import quote

import psycopg
import pytest

from support.backups import Vault, command_lines
from support.figures import size
from support.postgres import own_cluster
from support.processes import children

EVENTS = size("EVENTS", 20_000)
PATIENCE = 60 + EVENTS // 2_000
KILLS = size("KILLS", 12)


@pytest.fixture(scope="module")
def cluster():
    with own_cluster("backup") as cluster:
        yield cluster


@pytest.fixture(scope="module")
def filled(cluster):
    """A database that the tests do not change."""
    vault = Vault(cluster, "/")
    vault.fill(EVENTS)
    return vault


@pytest.fixture
def vault(filled, tmp_path):
    vault = Vault(filled.cluster, tmp_path)
    yield vault
    assert vault.verifications() == []


@pytest.fixture(scope="module")
def made(filled, tmp_path_factory):
    """A good backup, to be copied and damaged."""
    return Vault(filled.cluster, tmp_path_factory.mktemp("made")).backup()


@pytest.fixture
def copy(made, vault):
    return Path(shutil.copytree(made, vault.folder / "copy"))


def test_all_of_it_comes_back_equal(vault):
    """Backup, verify and restore; with DENWA_TEST_EVENTS=1000000 these are the figures of script/backup-figures."""
    backup = vault.denwa("backup", vault.folder / "monday", timeout=PATIENCE)
    verified = vault.denwa("backup", "verify", backup["folder"], timeout=PATIENCE)
    assert verified["equal"] and sum(table["restoredRows"] for table in verified["tables"]) == backup["rows"]
    url = vault.cluster.url("restored")
    restored = vault.denwa("restore", backup["folder"], "--create", url=url, timeout=PATIENCE)
    assert restored["contentHash"] == backup["contentHash"] and restored["pendingMigrations"] == 0
    assert vault.contents(url) == vault.contents()
    assert vault.contents()["events"][0] == EVENTS
    assert restored["epoch"] != restored["formerEpoch"]
    print(f"\n{EVENTS} events, {backup['bytes'] / 1e6:.0f} MB: backup {backup['seconds']} s, "
          f"verify {verified['seconds']} s, restore {restored['seconds']} s")
    vault.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'restored'")
    with vault.cluster.administrator() as connection:
        connection.execute("DROP DATABASE restored")


def test_what_a_backup_is(vault):
    finished = vault.run("backup", vault.folder)
    folder = Path(finished.stdout.rstrip("\n"))
    assert folder.parent == vault.folder and re.fullmatch(r"denwa-\d{8}T\d{6}Z", folder.name)
    assert f"denwa backup verify {folder}" in finished.stderr
    assert sorted(os.listdir(folder)) == ["database.dump", "manifest.json"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in folder.iterdir())
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["database"] == "denwa" and manifest["schema"] == "public"
    assert {table["name"]: table["rows"] for table in manifest["tables"]}["public.events"] == EVENTS
    # Without denwa it is still a dump as everybody knows it.
    listing = subprocess.run(["pg_restore", "--list", folder / "database.dump"], capture_output=True, text=True, check=True)
    assert "TABLE DATA public events" in listing.stdout


def test_verify_shows_a_table(vault, made):
    finished = vault.run("backup", "verify", made)
    assert finished.returncode == 0, finished.stderr
    lines = [re.split(r"  +", line.strip()) for line in finished.stdout.splitlines()]
    assert lines[0] == ["TABLE", "IN THE MANIFEST", "RESTORED", "CONTENT"]
    assert ["public.events", str(EVENTS), str(EVENTS), "equal"] in lines
    assert {line[3] for line in lines[1:]} == {"equal"}
    assert "is good" in finished.stderr and "which is removed again" in finished.stderr


def test_verify_on_a_postgres_of_its_own(vault, made):
    """Without any database of ours; it is gone afterwards."""
    child = vault.starts("backup", "verify", made, "--scratch", "--json", url="postgresql://nobody@127.0.0.1:1/nothing")
    folders = set()
    while child.poll() is None:
        folders |= {folder for line in command_lines(children(child.pid))
                    for folder in re.findall(r"--pgdata (/tmp/denwa-\w+)/data", line)}
    answer, complaint = child.communicate()
    assert child.returncode == 0 and json.loads(answer)["equal"], complaint
    assert len(folders) == 1 and not Path(folders.pop()).exists()


def flip(file, place):
    data = bytearray(file.read_bytes())
    data[int(place * (len(data) - 1))] ^= 0x20
    file.write_bytes(data)


def change(manifest, **members):
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | members))


def change_count(manifest):
    content = json.loads(manifest.read_text())
    table = next(table for table in content["tables"] if table["name"] == "public.events")
    table["rows"] -= 1
    manifest.write_text(json.dumps(content))


DAMAGES = {
    "the first byte": (lambda copy: flip(copy / "database.dump", 0), "damaged"),
    "a byte in the middle": (lambda copy: flip(copy / "database.dump", 0.5), "damaged"),
    "the last byte": (lambda copy: flip(copy / "database.dump", 1), "damaged"),
    "cut off": (lambda copy: os.truncate(copy / "database.dump", (copy / "database.dump").stat().st_size // 2), "cut off"),
    "empty": (lambda copy: os.truncate(copy / "database.dump", 0), "has 0 bytes"),
    "without the dump": (lambda copy: (copy / "database.dump").unlink(), "does not exist"),
    "without the manifest": (lambda copy: (copy / "manifest.json").unlink(), "manifest.json is missing"),
    "half a manifest": (lambda copy: os.truncate(copy / "manifest.json", 300), "not the manifest of a denwa backup"),
    "another count": (lambda copy: change_count(copy / "manifest.json"), "public.events"),
    "another hash of all": (lambda copy: change(copy / "manifest.json", contentHash="0" * 64), "manifest.json was changed"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_found(vault, copy, damage):
    hurts, word = DAMAGES[damage]
    hurts(copy)
    before = vault.contents()
    assert word in vault.refused("backup", "verify", copy)
    complaint = vault.refused("restore", copy, "--replace", "--yes")
    assert word in complaint or "manifest.json was changed" in complaint
    assert vault.contents() == before


def test_a_changed_count_is_shown_beside_the_true_one(vault, copy):
    change_count(copy / "manifest.json")
    finished = vault.run("backup", "verify", copy)
    assert finished.returncode == 1
    assert re.search(rf"public.events +{EVENTS - 1} +{EVENTS} +rows differ", finished.stdout)
    assert json.loads(vault.run("backup", "verify", copy, "--json").stdout)["equal"] is False


@pytest.mark.parametrize("content, word", [
    ({"format": 2}, "format 2"), ({"schemaVersion": 9_999, "denwaVersion": "9.9"}, "install denwa 9.9 or newer"),
], ids=["format", "schema"])
def test_what_a_newer_denwa_made(vault, copy, content, word):
    change(copy / "manifest.json", **content)
    assert word in vault.refused("restore", copy, "--replace", "--yes", code=78)


def test_places_that_cannot_be(vault, made):
    (vault.folder / "file").write_text("x")
    for place, word in [(made, "is a backup at"), (vault.folder / "file", "it is a file"),
                        (vault.folder / "away" / "monday", "there is no such folder")]:
        assert word in vault.refused("backup", place)
    for place in ["file", "away", "."]:
        assert "backup" in vault.refused("restore", vault.folder / place)
    assert sorted(os.listdir(vault.folder)) == ["file"]


def test_a_database_that_cannot_be(vault):
    vault.refused("backup", vault.folder / "monday", url="postgresql://hana:secret@127.0.0.1:1/denwa", code=69)
    assert "no tables of Denwa's" in vault.refused("backup", vault.folder / "monday", url=vault.cluster.url("postgres"))
    complaint = vault.refused("backup", vault.folder / "monday", url="postgresql://hana:secr%zzet@h/d", code=78)
    assert "secr" not in complaint and "%-codes" in complaint
    assert os.listdir(vault.folder) == []


def looks_like_a_backup(folder):
    """A person would take it for one, or the program would."""
    return not folder.name.startswith(".") or (folder / "manifest.json").exists()


def test_kill_9_leaves_nothing_that_looks_like_a_backup(vault):
    """At moments from the first to the last; then the next backup is whole, and nothing of the others is left."""
    began = monotonic()
    vault.backup("whole")
    duration = monotonic() - began
    unfinished = 0
    for number in range(KILLS):
        child = vault.starts("backup", vault.folder / f"killed-{number}")
        sleep(duration * (number + 0.5) / KILLS)
        child.kill()
        child.communicate()
        for folder in vault.folder.iterdir():
            if not looks_like_a_backup(folder):
                unfinished += 1
            elif folder.name.startswith("killed"):
                assert vault.run("backup", "verify", folder).returncode == 0, f"{folder.name} is not a whole backup"
    assert unfinished > 0, "no kill came in the middle"
    deadline = monotonic() + 10
    while vault.backends() and monotonic() < deadline:
        sleep(0.05)
    assert vault.backends() == [], "pg_dump goes on without us"
    vault.backup("after")
    assert not [folder.name for folder in vault.folder.iterdir() if folder.name.startswith(".")]


def test_ctrl_c_leaves_nothing_at_all(vault):
    """While a lock keeps the backup from going on."""
    with psycopg.connect(vault.url) as holder:
        holder.execute("LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
        child = vault.starts("backup", vault.folder / "monday")
        while not os.listdir(vault.folder):
            assert child.poll() is None
            sleep(0.01)
        child.send_signal(signal.SIGINT)
        _, complaint = child.communicate(timeout=10)
    assert child.returncode == 130 and "Interrupted" in complaint
    assert os.listdir(vault.folder) == []


def test_ctrl_c_during_a_verification_removes_its_database(vault, made):
    child = vault.starts("backup", "verify", made)
    while not vault.verifications():
        assert child.poll() is None, child.communicate()
        sleep(0.005)
    child.send_signal(signal.SIGINT)
    _, complaint = child.communicate(timeout=20)
    assert child.returncode == 130, complaint
    assert vault.verifications() == []


def test_a_backup_of_a_chat_that_goes_on(vault):
    """The manifest tells of the same moment as the dump."""
    over = threading.Event()

    def writes():
        with psycopg.connect(vault.url, autocommit=True) as connection:
            number = 0
            while not over.is_set():
                number += 1
                connection.execute("INSERT INTO accounts (handle, display_name) VALUES (%s, 'x')", [f"late-{number}"])

    writer = threading.Thread(target=writes)
    writer.start()
    try:
        first = vault.denwa("backup", vault.folder / "first")
        second = vault.denwa("backup", vault.folder / "second")
    finally:
        over.set()
        writer.join()
    assert first["rows"] < second["rows"]
    for backup in (first, second):
        assert vault.denwa("backup", "verify", backup["folder"])["equal"]
    with psycopg.connect(vault.url) as connection:
        connection.execute("DELETE FROM accounts WHERE handle LIKE 'late-%'")


def test_a_full_disk(vault):
    """No backup, a clear word, and the space is free again."""
    with tempfile.TemporaryDirectory(prefix="denwa-disk-") as folder:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "denwa-test", folder], capture_output=True, text=True)
        if mounted.returncode != 0:
            pytest.skip(f"a small disk needs the right to mount one: {mounted.stderr.strip()}")
        try:
            complaint = vault.refused("backup", Path(folder) / "monday")
            assert "no space left" in complaint and "make room" in complaint
            assert os.listdir(folder) == []
        finally:
            subprocess.run(["umount", folder], check=True)


PASSWORD = "ひみつ's \\ correct horse"


@pytest.fixture
def guarded(tmp_path):
    """A database that asks for a password."""
    with own_cluster("backup-password") as cluster:
        vault = Vault(cluster, tmp_path)
        vault.fill(5_000)
        vault.execute("CREATE ROLE hana LOGIN SUPERUSER PASSWORD '" + PASSWORD.replace("'", "''") + "'")
        (cluster.folder / "data" / "pg_hba.conf").write_text("local all denwa trust\nlocal all all scram-sha-256\n")
        vault.ask("SELECT pg_reload_conf()")
        yield vault


def test_a_password_is_shown_to_nobody(guarded):
    """Neither in what runs, nor in what is said, nor in what is kept."""
    def url(password, database="denwa"):
        return f"postgresql://hana:{quote(password, safe='')}@/{database}?host={guarded.cluster.folder}"

    seen, over = set(), threading.Event()

    def looks():
        while not over.is_set():
            seen.update(command_lines())

    watcher = threading.Thread(target=looks)
    watcher.start()
    try:
        backup = guarded.run("backup", guarded.folder / "monday", url=url(PASSWORD))
        verified = guarded.run("backup", "verify", guarded.folder / "monday", url=url(PASSWORD))
        restored = guarded.run("restore", guarded.folder / "monday", "--create", url=url(PASSWORD, "other"))
        wrong = guarded.run("backup", guarded.folder / "tuesday", url=url(PASSWORD + "x"))
    finally:
        over.set()
        watcher.join()
    assert [each.returncode for each in (backup, verified, restored, wrong)] == [0, 0, 0, 69], (
        backup.stderr, verified.stderr, restored.stderr, wrong.stderr)
    lines = "\n".join(seen)
    assert all(f"{program} " in lines for program in ("/pg_dump", "/pg_restore", "/psql")), "nothing was seen at all"
    manifest = (guarded.folder / "monday" / "manifest.json").read_text()
    said = "".join(each.stdout + each.stderr for each in (backup, verified, restored, wrong))
    for secret in ("correct horse", "correct%20horse", "ひみつ", quote("ひみつ")):
        assert secret not in lines and secret not in manifest and secret not in said
