"""`denwa export` and `denwa import`: what comes out goes in again, and is the same afterwards."""

import json
import os
import signal
import subprocess
from time import monotonic, sleep

import pytest

from support.installation import Installation
from support.postgres import own_cluster
from support.processes import binary, clean_environment
from support.secrets import Canaries
from support.transfer import Databases, Export, content, counts, execute, files, fill, rows, run, succeeds, value

EVENTS = int(os.environ.get("DENWA_TEST_EVENTS", "20000"))
# Nothing is held in memory but a page, a batch, and eight bytes a message to find a client id that is used twice.
MEGABYTES = 150


@pytest.fixture(scope="module")
def databases():
    with own_cluster("transfer") as cluster:
        yield Databases(cluster)


@pytest.fixture(scope="module")
def source(databases):
    """A database with many events in one room."""
    url = databases.fresh()
    fill(url, EVENTS)
    return url


@pytest.fixture(scope="module")
def exported(source, tmp_path_factory):
    folder = tmp_path_factory.mktemp("transfer") / "one"
    finished = succeeds("export", folder, url=source)
    assert finished.err.strip() == f"20 accounts, 2 rooms and {EVENTS} events exported."
    report("export", finished)
    return folder


def report(what, finished):
    print(f"{what} of {EVENTS} events: {finished.seconds:.1f} s, {finished.megabytes:.0f} MB")
    assert finished.megabytes < MEGABYTES


def test_export_import_export_is_byte_equal(databases, source, exported, tmp_path):
    other = databases.fresh()
    finished = run("import", exported, "--json", url=other)
    assert finished.code == 0, finished.err
    assert json.loads(finished.out) == {"accounts": 20, "rooms": 2, "events": EVENTS, "readMarkers": 6}
    report("import", finished)
    succeeds("export", tmp_path / "two", url=other)
    assert files(tmp_path / "two") == files(exported)
    assert sorted(files(exported)) == ["accounts.jsonl", "manifest.json", "rooms/big.jsonl", "rooms/small.jsonl"]
    assert value(other, "SELECT count(*) FROM accounts WHERE password_hash IS NOT NULL") == 0
    again = succeeds("export", tmp_path / "three", url=source)
    assert files(tmp_path / "three") == files(exported)
    report("export", again)
    log = """SELECT md5(string_agg(concat_ws('|', r.name, e.seq, a.handle, e.client_id, e.body, e.digest, e.created_at), ','
        ORDER BY r.name, e.seq)) FROM events e JOIN rooms r ON r.id = e.room_id JOIN accounts a ON a.id = e.author_id"""
    assert value(other, log) == value(source, log)


def test_twice_changes_nothing_and_says_so(databases, exported):
    url = databases.fresh()
    succeeds("import", exported, url=url)
    before = content(url)
    finished = succeeds("import", exported, url=url)
    assert finished.err.strip() == "Nothing to do: all of it is here already."
    assert content(url) == before
    report("second import", finished)


def test_a_stream_is_byte_equal_too(databases, source, tmp_path):
    stream = succeeds("export", "-", "--room", "big", url=source).out
    assert stream.count(b"\n") == EVENTS + 20 + 1 + 2
    other = databases.fresh()
    succeeds("import", "-", given=stream, url=other)
    assert succeeds("export", "-", "--room", "big", url=other).out == stream
    # Through a pipe, of which nothing can be read twice.
    third = databases.fresh()
    with subprocess.Popen([binary(), "import", "-", "--database-url", third], stdin=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=clean_environment()) as child:
        _, errors = child.communicate(stream, 300)
        assert child.returncode == 0, errors
    assert succeeds("export", "-", "--room", "big", url=third).out == stream


def test_a_dry_run_changes_nothing(databases, exported):
    url = databases.fresh()
    before = content(url)
    finished = succeeds("import", exported, "--dry-run", url=url)
    assert finished.err.strip() == f"20 accounts, 2 rooms and {EVENTS} events can be imported."
    assert content(url) == before


@pytest.mark.parametrize("turn", range(5))
def test_killed_in_the_middle_and_again(databases, exported, tmp_path, turn):
    """Each time later."""
    url = databases.fresh()
    wanted = EVENTS * turn // 6
    child = subprocess.Popen([binary(), "import", exported, "--database-url", url], stdin=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL, env=clean_environment())
    deadline = monotonic() + 60 + EVENTS / 1_000
    while value(url, "SELECT coalesce(max(head), -1) FROM rooms") <= wanted - (turn == 0):
        assert child.poll() is None and monotonic() < deadline
    child.send_signal(signal.SIGKILL)
    child.wait(10)
    head = value(url, "SELECT max(head) FROM rooms")
    assert head < EVENTS, "it was over before it was killed"
    assert value(url, "SELECT count(*) FROM events") == head
    added = counts("import", exported, url=url)
    assert added["events"] == EVENTS - head
    print(f"killed after {head} of {EVENTS} events")
    succeeds("export", tmp_path / "two", url=url)
    assert files(tmp_path / "two") == files(exported)


def test_a_room_with_other_content_is_refused(databases, exported):
    url = databases.fresh()
    succeeds("import", exported, url=url)
    execute(url, "UPDATE events SET body = 'other' WHERE seq = 1000", "DELETE FROM rooms WHERE name = 'small'",
            "DELETE FROM accounts a WHERE NOT EXISTS (SELECT FROM memberships m WHERE m.account_id = a.id)")
    before = content(url)
    finished = run("import", exported, url=url)
    assert finished.code == 1
    assert "rooms/big.jsonl:1001: The room big has another event with the number 1000" in finished.err
    assert "Nothing was imported: there is 1 problem." in finished.err
    assert content(url) == before


def test_all_problems_are_named(databases, tmp_path):
    export = Export()
    export.lobby[1]["author"] = "nobody"
    export.lobby[4]["body"] = " "
    export.files["accounts.jsonl"][1]["role"] = "king"
    export.write(tmp_path / "export")
    url = databases.fresh()
    finished = run("import", tmp_path / "export", "--dry-run", "--json", url=url)
    problems = [json.loads(line) for line in finished.out.splitlines()]
    assert {(problem["file"], problem["line"]) for problem in problems} >= {
        ("accounts.jsonl", 2), ("rooms/lobby.jsonl", 2), ("rooms/lobby.jsonl", 5)}
    assert finished.code == 1 and "Nothing was imported" in finished.err


def test_no_secret_is_in_an_export(contract, databases, tmp_path):
    """All that somebody may have: a password, sessions, a bot's token, an invitation, a link, a second factor."""
    canaries = Canaries()
    url = databases.fresh()
    install = Installation("transfer-secrets", url, contract)
    install.start()
    try:
        password = canaries.password()
        answer = install.api.post("/v1/accounts", handle="hana", password=password)
        canaries.add("session", answer["session"]["token"])
        own = install.world.api(answer["session"]["token"])
        secret = own.confirmed("POST", "/v1/me/second-factor", password=password)["secret"]
        canaries.add("second factor", secret)
        canaries.add("session in its place", own.token)
    finally:
        install.stops()
    for arguments in [["account", "reset-link", "hana"], ["invite", "create"], ["bot", "create", "builder"],
                      ["bot", "token", "builder", "--name", "x", "--scopes", "read"]]:
        out = succeeds(*arguments, url=url).out.decode().strip()
        if out:
            canaries.add(" ".join(arguments), out.rpartition("=")[2])
    hashes = [bytes(hash) for table, column in [("sessions", "token_hash"), ("invitations", "code_hash"),
                                                ("password_resets", "token_hash"), ("second_factors", "secret")]
              for hash, in rows(url, f"SELECT {column} FROM {table}")]
    assert len(hashes) >= 5 and len(canaries.secrets) >= 6
    stored = value(url, "SELECT password_hash FROM accounts WHERE handle = 'hana'")
    stream = succeeds("export", "-", url=url).out
    succeeds("export", tmp_path / "folder", url=url)
    for data in [stream, b"".join(files(tmp_path / "folder").values())]:
        text = data.decode()
        assert "hana" in text
        assert not canaries.hits(text)
        assert stored not in text and "argon2" not in text
        for hash in hashes:
            assert hash.hex() not in text and hash not in data


def resets(install, handle, url):
    """Somebody whose account was imported chooses a password. Returns the token of their session."""
    link = succeeds("account", "reset-link", handle, url=url).out.decode().strip()
    password = f"a new good password of {handle}"
    install.api.done("POST", "/v1/password-resets", json={"token": link.rpartition("=")[2], "newPassword": password})
    return install.api.post("/v1/sessions", handle=handle, password=password)["session"]["token"]


def test_a_server_goes_on_where_the_log_ends(contract, databases, tmp_path):
    """What was imported under a running server is seen by who listens; a repeat of an old message is found."""
    url = databases.fresh()
    one = Installation("transfer-one", url, contract)
    one.start()
    alice, bob = one.world.person("alice"), one.world.person("bob")
    room = alice.makes_room("The room")
    bob.joins(room)
    first = alice.sends("hello", to=room, client_id="my-first")
    succeeds("export", tmp_path / "one", url=url)
    one.stops()

    other = databases.fresh()
    two = Installation("transfer-two", other, contract)
    two.start()
    try:
        added = counts("import", tmp_path / "one", url=other)
        assert added["events"] == value(url, "SELECT count(*) FROM events")
        # She has no password here: a link lets her choose one.
        own = two.world.api(resets(two, alice.handle, other))
        repeat = own.post(f"/v1/rooms/{room}/messages", body="hello", clientId="my-first")
        assert (repeat["seq"], repeat["duplicate"]) == (first["seq"], True)
        conflict = own.refused("POST", f"/v1/rooms/{room}/messages", json={"body": "other", "clientId": "my-first"})
        assert conflict[1] == "idempotency_conflict"
        head = value(other, "SELECT head FROM rooms WHERE name = %s", room)
        assert own.post(f"/v1/rooms/{room}/messages", body="new", clientId="new")["seq"] == head + 1
        assert value(other, "SELECT count(*) FROM events e JOIN rooms r ON r.id = e.room_id WHERE r.name = %s", room) == head + 1
    finally:
        two.stops()
        two.world.end_sockets()
        one.world.end_sockets()


def test_listeners_hear_of_what_is_imported(contract, databases, tmp_path):
    """A newer export under a running server: whoever has the room open is shown what is new, and shown out if they have left."""
    url = databases.fresh()
    one = Installation("transfer-source", url, contract)
    one.start()
    alice, bob = one.world.person("alice"), one.world.person("bob")
    room = alice.makes_room()
    bob.joins(room)
    succeeds("export", tmp_path / "old", url=url)
    alice.sends("second", to=room)
    bob.leaves(room)
    succeeds("export", tmp_path / "new", url=url)
    one.stops()
    one.world.end_sockets()

    other = databases.fresh()
    succeeds("import", tmp_path / "old", url=other)
    two = Installation("transfer-target", other, contract)
    two.start()
    try:
        sockets = [two.world.socket({"Authorization": f"Bearer {resets(two, person.handle, other)}"}) for person in (alice, bob)]
        for socket in sockets:
            socket.subscribe(room, after=0)
            assert [event["kind"] for event in socket.events(room, 2)] == ["joined", "joined"]
        begin = monotonic()
        succeeds("import", tmp_path / "new", url=other)
        assert sockets[1].next("unsubscribed", room=room)["reason"] == "left"
        left = monotonic() - begin
        assert sockets[0].events(room, 4)[0]["body"] == "second"
        print(f"shown out after {left:.1f} s, heard of after {monotonic() - begin:.1f} s")
    finally:
        two.stops()
        two.world.end_sockets()
