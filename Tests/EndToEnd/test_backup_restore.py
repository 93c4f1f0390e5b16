"""`denwa restore`: clients that have seen more are told to start over, and nothing is lost by accident."""

import os
import pty
import signal
import subprocess
from time import monotonic, sleep

import pytest

from support.backups import Vault
from support.installation import own_installation
from support.postgres import own_cluster


@pytest.fixture
def own(contract):
    with own_installation("backup-restore", contract) as installation:
        yield installation


@pytest.fixture
def scene(own, tmp_path):
    """Five people in a room of which 20 messages are in the backup and 30 came after it."""
    vault = Vault(own.cluster, tmp_path)
    people = [own.world.person(name) for name in ("alice", "bob", "chie", "dai", "emi")]
    room = people[0].makes_room()
    for person in people[1:]:
        person.joins(room)
    people[0].fills(room, 20)
    backup = vault.backup()
    people[0].fills(room, 30, body="after the backup {}")
    head = people[0].history(room, limit=1)["head"]
    for person in people:
        person.listens(room, after=head)
    return vault, people, room, backup, head


def resumes(person, room, after, epoch):
    """What somebody is told who comes back with a position."""
    person.first_socket = None
    person.socket.says("subscribe", room=room, after=after, epoch=epoch)
    return person.socket.next("error")


def test_an_older_backup_makes_everybody_who_resumes_begin_anew(own, scene):
    vault, people, room, backup, head = scene
    epoch = people[0].socket.hello["epoch"]
    own.stops()
    restored = vault.denwa("restore", backup, "--replace", "--yes")
    assert restored["epoch"] != restored["formerEpoch"] == epoch
    own.start()
    for position in (head, head - 30, 1):
        for person in people:
            error = resumes(person, room, position, epoch)
            assert (error["code"], error["retryable"], error["room"]) == ("resync_required", False, room)
    for person in people:
        person.first_socket = None
        assert person.socket.hello["epoch"] == restored["epoch"]
        assert person.listens(room, last=50)["head"] == head - 30
    ack = people[0].sends("after the restore", to=room)
    assert ack["seq"] == head - 29
    assert all(person.receives("after the restore")["seq"] == ack["seq"] for person in people)


def test_a_restore_under_a_running_server(own, scene):
    """Everybody is sent to begin anew, and is not shown what memory still had."""
    vault, people, room, backup, head = scene
    sockets = [person.socket for person in people]
    epoch = sockets[0].hello["epoch"]
    vault.denwa("restore", backup, "--replace", "--yes")
    assert [socket.closed_with(10)[0] for socket in sockets] == [1012] * len(sockets)
    own.seconds_until_readiness(200)
    for person in people:
        assert resumes(person, room, head, epoch)["code"] == "resync_required"
        page = person.socket.history(room, limit=50)
        assert page["head"] == head - 30 and page["events"][-1]["seq"] == head - 30
        person.listens(room, last=0)
    ack = people[0].sends("after the restore", to=room)
    assert all(person.receives("after the restore")["seq"] == ack["seq"] for person in people)


@pytest.fixture
def vault(tmp_path):
    with own_cluster("backup-replace") as cluster:
        vault = Vault(cluster, tmp_path)
        vault.fill(5_000)
        yield vault


def test_a_database_that_is_not_empty_is_left_alone(vault):
    backup = vault.backup()
    before = vault.contents()
    complaint = vault.refused("restore", backup)
    assert "is not empty" in complaint and "--create" in complaint and "--replace" in complaint
    assert "exists already" in vault.refused("restore", backup, "--create")
    assert "add --yes" in vault.refused("restore", backup, "--replace", code=64)
    assert "leave one out" in vault.refused("restore", backup, "--replace", "--create", code=64)
    assert vault.contents() == before


@pytest.mark.parametrize("answer, code", [("denwa", 0), ("yes", 1), ("", 1)], ids=["the name", "another word", "nothing"])
def test_a_person_types_the_name(vault, answer, code):
    backup = vault.backup()
    vault.execute("DELETE FROM events WHERE seq > 10")
    before = vault.contents()
    ours, terminal = pty.openpty()
    child = subprocess.Popen(vault.command("restore", backup, "--replace"), env=vault.environment(), stdin=terminal,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    os.close(terminal)
    os.write(ours, f"{answer}\n".encode())
    said, talk = child.communicate(timeout=60)
    os.close(ours)
    assert "all that is in the database denwa on" in talk and "Type denwa" in talk
    assert child.returncode == code, talk
    assert (vault.contents() != before) == (code == 0)


def test_an_empty_database_needs_no_question(vault):
    backup = vault.backup()
    vault.cluster.create_database("empty")
    url = vault.cluster.url("empty")
    assert vault.denwa("restore", backup, url=url)["database"] == "empty"
    assert vault.contents(url) == vault.contents()


def test_what_stood_in_the_place_is_gone(vault):
    backup = vault.backup()
    before = vault.contents()
    vault.execute("""
        CREATE TABLE newer (room_id bigint REFERENCES rooms (id));
        CREATE VIEW heads AS SELECT head FROM rooms;
        INSERT INTO rooms (name, title) VALUES ('newer', 'Newer');
        UPDATE events SET body = 'overwritten' WHERE seq = 1;
        """)
    vault.denwa("restore", backup, "--replace", "--yes")
    assert vault.contents() == before


def test_kill_9_of_a_restore_changes_nothing(vault):
    """At moments from the first to the last, each with everything deleted that the backup does not have."""
    backup = vault.backup()
    vault.execute("DELETE FROM events WHERE seq > 100")
    before = vault.contents()
    began = monotonic()
    vault.denwa("restore", backup, "--create", url=vault.cluster.url("measured"))
    duration = monotonic() - began
    undone = 0
    for number in range(8):
        child = vault.starts("restore", backup, "--replace", "--yes")
        sleep(duration * (number + 0.5) / 8)
        child.kill()
        child.communicate()
        deadline = monotonic() + 20
        while vault.backends():
            assert monotonic() < deadline, "psql goes on without us"
            sleep(0.02)
        if vault.contents() == before:
            undone += 1
        else:
            assert vault.contents()["events"][0] == 5_000, "half a restore"
            vault.execute("DELETE FROM events WHERE seq > 100")
    assert undone > 0


def test_ctrl_c_of_a_restore_changes_nothing(vault):
    backup = vault.backup()
    vault.execute("DELETE FROM events WHERE seq > 100")
    before = vault.contents()
    child = vault.starts("restore", backup, "--replace", "--yes")
    while not vault.backends():
        assert child.poll() is None, child.communicate()
    child.send_signal(signal.SIGINT)
    _, complaint = child.communicate(timeout=20)
    assert child.returncode == 130 and "Interrupted" in complaint
    assert vault.contents() == before


def test_a_user_without_a_superusers_rights(vault):
    """Everything works with a database of one's own and the right to make another one."""
    for statement in ("CREATE ROLE app LOGIN CREATEDB", "CREATE DATABASE app OWNER app"):
        with vault.cluster.administrator() as connection:
            connection.execute(statement)

    def url(database):
        return vault.cluster.url(database).replace("denwa@", "app@")

    vault.denwa("restore", vault.backup(), url=url("app"))
    backup = vault.denwa("backup", vault.folder / "app", url=url("app"))
    assert vault.denwa("backup", "verify", backup["folder"], url=url("app"))["equal"]
    vault.denwa("restore", backup["folder"], "--replace", "--yes", url=url("app"))
    vault.denwa("restore", backup["folder"], "--create", url=url("another"))
    assert vault.contents(url("another")) == vault.contents(url("app")) == vault.contents()
    with vault.cluster.administrator() as connection:
        connection.execute("ALTER ROLE app NOCREATEDB")
    assert "CREATEDB" in vault.refused("backup", "verify", backup["folder"], url=url("app"))


def test_an_older_backup_is_migrated_afterwards(vault):
    newest = vault.schema()
    assert vault.run("migrate", "down", "--yes").returncode == 0
    backup = vault.backup("older")
    url = vault.cluster.url("older")
    restored = vault.run("restore", backup, "--create", url=url)
    assert restored.returncode == 0, restored.stderr
    assert "1 migration is pending; run `denwa migrate up`" in restored.stderr
    assert vault.run("migrate", "up", url=url).returncode == 0
    assert vault.schema(url) == newest
