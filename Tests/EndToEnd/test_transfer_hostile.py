"""Imports that are broken or meant ill: refused with a clear error, and nothing in the database is another thing than before."""

import gzip
import json
import os
import struct
import zlib

import pytest

from support.postgres import own_cluster
from support.transfer import Databases, Export, Slack, account, at, channel, content, ended, event, execute, room, run, says


@pytest.fixture(scope="module")
def database():
    """One with something in it, so that a change would be seen, and a foreign or deleted room could be hit."""
    with own_cluster("transfer-hostile") as cluster:
        url = Databases(cluster).fresh()
        execute(
            url, "INSERT INTO accounts (handle, display_name) VALUES ('local', 'Local')",
            "INSERT INTO rooms (name, title, head) VALUES ('taken', 'Taken', 2)",
            "INSERT INTO rooms (name, title, head, deleted_at) VALUES ('deleted', 'Deleted', 5, now())",
            """INSERT INTO events (room_id, seq, kind, author_id, client_id, body, digest, created_at)
               SELECT r.id, s.seq, s.kind, a.id, s.id, s.body, sha256(s.body::bytea), '2026-01-01Z'
               FROM (VALUES (1, 'joined', NULL, NULL), (2, 'message', 'x', 'secret of the house')) s (seq, kind, id, body)
               JOIN rooms r ON r.name = 'taken' CROSS JOIN accounts a""",
            "INSERT INTO memberships (room_id, account_id, joined_seq) SELECT r.id, a.id, 1 FROM rooms r, accounts a WHERE r.head = 2")
        yield url


def refuses(database, expected, *arguments, given=None):
    before = content(database)
    finished = run("import", *arguments, url=database, given=given, timeout=60)
    assert content(database) == before
    assert finished.code == 1, finished.err
    assert expected in finished.err, finished.err
    assert "Fatal error" not in finished.err and len(finished.err) < 30_000
    assert finished.megabytes < 400


# What is changed in a good export, and what is said of it.

def line(index, **members):
    def change(export):
        export.lobby[index] = {key: value for key, value in {**export.lobby[index], **members}.items() if value is not None}
    return change


def raw(index, data, name="rooms/lobby.jsonl"):
    def change(export):
        export.files[name][index] = data
    return change


def files(**named):
    def change(export):
        export.files.update({name.replace("__", "/") + ".jsonl": lines for name, lines in named.items()})
    return change


def manifest(**members):
    def change(export):
        export.manifest.update(members)
    return change


MESSAGE = json.dumps(event(2, "ken", "message", clientId="a", body="BODY")).encode()
ACCOUNT = json.dumps(account("ken")).encode()

EXPORTS = {
    "no JSON": (raw(2, b"hello\n"), "rooms/lobby.jsonl:3: This is not acceptable JSON"),
    "half an object": (raw(2, MESSAGE[:40] + b"\n"), "rooms/lobby.jsonl:3: This is not acceptable JSON"),
    "an array": (raw(2, b"[1]\n"), "rooms/lobby.jsonl:3: A JSON object was expected"),
    "nothing in a line": (raw(2, b"\n"), "rooms/lobby.jsonl:3: This is not acceptable JSON"),
    "two objects in a line": (raw(2, MESSAGE + MESSAGE + b"\n"), "text after the JSON value"),
    "cut off": (raw(5, b'{"kind":"left"'), "rooms/lobby.jsonl:6: The file ends within this line"),
    "no line break at the end": (raw(5, json.dumps(event(5, "ken", "left")).encode()), "The file ends within this line"),
    "binary": (raw(2, bytes(range(256)) + b"\n"), "rooms/lobby.jsonl:3"),
    "UTF-16": (raw(2, MESSAGE.decode().encode("utf-16") + b"\n"), "rooms/lobby.jsonl:3"),
    "not UTF-8": (raw(2, MESSAGE.replace(b"BODY", b"\xC0\x80") + b"\n"), "a string is not UTF-8"),
    "a lone surrogate": (raw(2, MESSAGE.replace(b"BODY", b"\\ud800") + b"\n"), "a lone surrogate"),
    "too deep": (raw(2, MESSAGE.replace(b'"BODY"', b"[" * 100_000 + b"]" * 100_000) + b"\n"), "nested deeper"),
    "a member twice": (raw(2, MESSAGE[:-1] + b',"body":"other"}\n'), "a member occurs twice"),
    "a hundred members": (
        raw(2, MESSAGE[:-1] + b"".join(b',"x%d":1' % number for number in range(100)) + b"}\n"), "more than 64 members"),
    "a huge number": (raw(2, MESSAGE.replace(b'"seq": 2', b'"seq": 1e999999') + b"\n"), "seq must be an integer"),
    "a number of many digits": (raw(2, MESSAGE.replace(b'"seq": 2', b'"seq": ' + b"9" * 100_000) + b"\n"), "seq must be an integer"),
    "a line of nine megabytes": (raw(2, MESSAGE.replace(b"BODY", b"x" * (9 << 20)) + b"\n"), "more than 8 MiB"),
    "an unknown kind": (line(2, kind="edit"), "kind is one of"),
    "an unknown member": (line(2, html="<script>"), "does not know"),
    "a password": (raw(0, ACCOUNT[:-1] + b',"passwordHash":"$argon2id$"}\n', "accounts.jsonl"), "does not know"),
    "a gap": (line(2, seq=3), "rooms/lobby.jsonl:3: seq is 3, but 2 comes next"),
    "a seq twice": (line(3, seq=2), "rooms/lobby.jsonl:4: seq is 2, but 3 comes next"),
    "a negative seq": (line(1, seq=-1), "seq must be an integer"),
    "a seq as a text": (line(1, seq="1"), "seq must be an integer"),
    "an author without an account": (line(2, author="eve"), "There is no account eve"),
    "an author in capitals": (line(2, author="KEN"), "in lower case"),
    "an author who is no member": (line(2, author="hana"), "hana is not a member"),
    "somebody who left": (files(rooms__lobby=Export().lobby + [event(6, "ken", "message", clientId="z", body="x")]), "not a member"),
    "somebody who joins twice": (line(3, author="ken"), "ken is a member of the room already"),
    "somebody who leaves twice": (files(rooms__lobby=Export().lobby + [event(6, "ken", "left")]), "ken is not a member"),
    "a client id twice": (files(rooms__lobby=Export().lobby[:3] + [event(3, "ken", "message", clientId="a", body="x")]), "client id a"),
    "a client id with spaces": (line(2, clientId="a b"), "clientId has 1 to 64"),
    "no client id": (line(2, clientId=None), "clientId is missing"),
    "a body too long": (line(2, body="あ" * 8_001), "at most 8000"),
    "a body of white space": (line(2, body=" \u3000\n"), "not white space"),
    "a body with U+0000": (line(2, body="a\0b"), "U+0000"),
    "a body and removed": (line(2, removed="erased"), "does not know"),
    "data that is no array": (line(2, data='{"a":1}'), "data must be the text of a JSON array"),
    "a time that cannot be": (line(2, at="2026-02-30T10:00:00.000000Z"), "at must be a time"),
    "a time of another form": (line(2, at="1764313200"), "at must be a time"),
    "read beyond the head": (line(3, read=1_000), "the room has only 5 events"),
    "a role that is none": (line(3, role="god"), "role is one of"),
    "an account twice": (files(accounts=[account("ken"), account("hana"), account("ken")]), "another account ken"),
    "a role of a server that is none": (files(accounts=[account("ken", role="root"), account("hana")]), "role is one of"),
    "a handle with a slash": (files(accounts=[account("../ken"), account("hana")]), "A handle has"),
    "a name that turns the text": (files(accounts=[account("ken", displayName="a\u202Eb"), account("hana")]), "cannot be seen"),
    "a room with another name than its file": (raw(0, json.dumps(room("other")).encode() + b"\n"), "has to be lobby"),
    "a room named by a path": (raw(0, json.dumps(room("../lobby")).encode() + b"\n"), "A room name has"),
    "an event before the room": (raw(0, MESSAGE + b"\n"), "begins with a line of kind room"),
    "an account in a room": (raw(2, ACCOUNT + b"\n"), "kind account does not belong here"),
    "an event among the accounts": (raw(1, MESSAGE + b"\n", "accounts.jsonl"), "kind message does not belong here"),
    "a room that is here with other events": (
        files(rooms__taken=[room("taken"), event(1, "ken", "joined")]), "The room taken has another event with the number 1"),
    "a room that was deleted here": (files(rooms__deleted=[room("deleted")]), "A room deleted was deleted here"),
    "a newer format": (manifest(version=2), "a newer format"),
    "another format": (manifest(format="mattermost"), "no export of Denwa"),
    "a manifest with a path": (
        manifest(files=[{"name": "../../etc/passwd", "lines": 1, "bytes": 1, "sha256": ""}]), "named otherwise"),
    "a manifest without files": (manifest(files=[]), "The first file has to be accounts.jsonl"),
    "a manifest with more": (manifest(run="rm -rf /"), "does not know"),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export(database, tmp_path, name):
    change, expected = EXPORTS[name]
    export = Export()
    change(export)
    export.write(tmp_path / "export")
    refuses(database, expected, tmp_path / "export")


# What is changed in the folder itself.

def replaced(folder, data, name="rooms/lobby.jsonl"):
    (folder / name).unlink()
    (folder / name).write_bytes(data)


def linked(folder):
    (folder / "rooms/lobby.jsonl").unlink()
    (folder / "rooms/lobby.jsonl").symlink_to("/etc/passwd")


def piped(folder):
    (folder / "rooms/lobby.jsonl").unlink()
    os.mkfifo(folder / "rooms/lobby.jsonl")


def enormous(folder):
    with open(folder / "manifest.json", "r+b") as file:
        file.truncate(1 << 40)


FOLDERS = {
    "another body than the manifest knows": (
        lambda folder: replaced(folder, Export().bytes("rooms/lobby.jsonl").replace(b"hello", b"HELLO")), "not the one"),
    "a file is missing": (lambda folder: (folder / "rooms/lobby.jsonl").unlink(), "cannot be read"),
    "a file too many": (lambda folder: (folder / "rooms/evil.jsonl").write_bytes(b""), "The manifest does not name this file"),
    "a link to another file": (linked, "is a symbolic link"),
    "a pipe in the place of a file": (piped, "is no file"),
    "no manifest": (lambda folder: (folder / "manifest.json").unlink(), "cut off"),
    "an empty manifest": (lambda folder: replaced(folder, b"", "manifest.json"), "manifest.json: This is not acceptable JSON"),
    "a manifest of a tebibyte": (enormous, "larger than 16 MiB"),
}


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder(database, tmp_path, name):
    change, expected = FOLDERS[name]
    Export().write(tmp_path / "export")
    change(tmp_path / "export")
    refuses(database, expected, tmp_path / "export")


def test_no_folder(database, tmp_path):
    refuses(database, "There is no folder", tmp_path / "nowhere")


STREAM = Export().stream()
LINES = STREAM.splitlines(keepends=True)

STREAMS = {
    "nothing": (b"", "the export was cut off"),
    "no first line": (b"".join(LINES[1:]), "begins with a line of kind export"),
    "no last line": (b"".join(LINES[:-1]), "the export was cut off"),
    "cut off within a line": (STREAM[:-30], "cut off"),
    "a changed line": (STREAM.replace(b"hello", b"HELLO"), "not those that were exported"),
    "another number of events": (ended(b"".join(LINES[:-1]), 2, 1, 6), "counts other accounts, rooms and events"),
    "something after the end": (STREAM + LINES[1], "does not belong here"),
    "an account after a room": (ended(b"".join(LINES[:-1]) + LINES[1], 3, 1, 5), "kind account does not belong here"),
    "a room twice": (ended(b"".join(LINES[:-1]) + LINES[3], 2, 2, 5), "another room lobby"),
    "compressed": (gzip.compress(STREAM), "standard input:1"),
    "zeros": (b"\0" * (20 << 20), "more than 8 MiB"),
}


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream(database, name):
    data, expected = STREAMS[name]
    refuses(database, expected, "-", given=data)


def test_what_is_changed_is_good_before(database, tmp_path):
    """Or the tests above would show nothing."""
    Export().write(tmp_path / "export")
    for arguments, given in [([tmp_path / "export"], None), (["-"], STREAM)]:
        finished = run("import", *arguments, "--dry-run", url=database, given=given)
        assert finished.code == 0, finished.err
        assert "2 accounts, 1 room and 5 events can be imported" in finished.err
    (tmp_path / "slack.zip").write_bytes(Slack().build())
    finished = run("import", "slack", tmp_path / "slack.zip", "--dry-run", url=database)
    assert finished.code == 0, finished.err


# Archives that are archives of Slack's but for one thing.

def entry(name, data="x"):
    def change(slack):
        slack.entries[name] = data
    return change


def listed(**lists):
    def change(slack):
        for name, value in lists.items():
            setattr(slack, name, value)
    return change


DAY = "general/2019-01-01.json"


def day(data):
    def change(slack):
        slack.days[DAY] = data
    return change


# Of different numbers, or it would be known for a bomb before.
LISTS = "".join(f"[{number * 2_654_435_761 % 1_000_003}]," for number in range(1_000_000))
DEEP = '[{"ts":"%s","text":"x","user":"U1","x":%s}]' % (at(1), "[" * 100_000 + "]" * 100_000)

ARCHIVES = {
    "a path upwards": (entry("../evil.json"), "leads out of the archive"),
    "a path upwards within": (entry("general/../../evil.json"), "leads out of the archive"),
    "an absolute path": (entry("/etc/cron.d/evil"), "absolute path"),
    "a backslash": (entry("general\\..\\evil"), "a backslash"),
    "a drive": (entry("C:evil"), "a colon"),
    "a control character": (entry("general/\n.json"), "a control character"),
    "a name of ten thousand letters": (entry("a" * 10_000), "too long a one"),
    "a bomb": (entry("bomb.json", b"0" * (4 << 20)), "250 times as large"),
    "users that are no JSON": (listed(users="{"), "users.json: This is not acceptable JSON"),
    "users that are no array": (listed(users='{"id":"U1"}'), "users.json: This is not acceptable JSON"),
    "users that are texts": (listed(users='["U1"]'), "users.json: This is not acceptable JSON"),
    "a user without an id": (listed(users=[{"name": "x"}]), "users.json: A user has no id"),
    "a user with a number as id": (listed(users=[{"id": 1}]), "users.json: A user has no id"),
    "channels that are no JSON": (listed(channels="[{]"), "channels.json: This is not acceptable JSON"),
    "a channel without an id": (listed(channels=[{"name": "x"}]), "channels.json: A channel has no id"),
    "members that are numbers": (listed(channels=[channel("C1", "general", [1])]), "The member members holds strings"),
    "a channel made in the year 300,000,000": (
        listed(channels=[channel("C1", "general", [], created=10**19)]), "created must be an integer"),
    "two channels with one name": (listed(channels=[channel("C1", "a", []), channel("C2", "a", [])]), "the same name"),
    "a channel that is here already": (listed(channels=[channel("C1", "taken", [])]), "messages that are not from Slack"),
    "a channel that was deleted here": (listed(channels=[channel("C1", "deleted", [])]), "was deleted here"),
    "a day that is no JSON": (day("hello"), f"{DAY}:1: This is not acceptable JSON"),
    "a day that is cut off": (day(json.dumps([says("U1", 1, "x")])[:-5]), f"{DAY}:1: This is not acceptable JSON"),
    "a day that is no array": (day('{"ts":"1"}'), f"{DAY}:1: This is not acceptable JSON"),
    "a day that is not UTF-8": (day(b'[{"ts":"1546300801.000000","text":"\xff\xfe"}]'), f"{DAY}:1: This is not acceptable JSON"),
    "a day that is too deep": (day(DEEP), f"{DAY}:1: This is not acceptable JSON"),
    "a message of a million lists": (
        day('[{"ts":"%s","x":[%s[]]}]' % (at(1), LISTS)), f"{DAY}:1: This is not acceptable JSON: an element has more"),
    "a message without a time": (day([{"user": "U1", "text": "x"}]), f"{DAY}:1: ts must be a time"),
    "a message with a number as time": (day([{"ts": 1e300, "user": "U1"}]), f"{DAY}:1: ts must be a time"),
    "a message after the end of time": (day([{"ts": "9" * 30 + ".000000", "user": "U1"}]), f"{DAY}:1: ts must be a time"),
    "a message that is a number": (day("[1]"), f"{DAY}:1: This is not acceptable JSON"),
    "a text that is an object": (day([{"ts": at(1), "user": "U1", "text": {"a": 1}}]), f"{DAY}:1: text must be a string"),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive(database, tmp_path, name):
    change, expected = ARCHIVES[name]
    slack = Slack()
    change(slack)
    (tmp_path / "slack.zip").write_bytes(slack.build())
    refuses(database, expected, "slack", tmp_path / "slack.zip")


# Archives whose bytes are wrong.

def zipped(*entries, count=None):
    """`entries` are (name, data, changes); a change is of what the list or the entry's header says."""
    body, directory = b"", b""
    for name, data, changes in entries:
        name = name if isinstance(name, bytes) else name.encode()
        packed = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = packed.compress(data) + packed.flush()
        says = {"flags": 0, "method": 8, "crc": zlib.crc32(data), "packed": len(packed), "size": len(data),
                "mode": 0o100644, "offset": len(body), "local": name, "packedAs": packed, "extra": b"", **changes}
        common = struct.pack("<HHHHIII", says["flags"], says["method"], 0, 0, says["crc"], says["packed"], says["size"])
        directory += struct.pack("<IHH", 0x02014B50, 0x31E, 20) + common + struct.pack(
            "<HHHHHII", len(name), len(says["extra"]), 0, 0, 0, says["mode"] << 16, says["offset"]) + name + says["extra"]
        body += struct.pack("<IH", 0x04034B50, 20) + common + struct.pack("<HH", len(says["local"]), 0) + says["local"] + says["packedAs"]
    number = len(entries) if count is None else count
    return body + directory + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, number, number, len(directory), len(body), 0)


def workspace(**changes):
    """The good archive with something wrong about its channels."""
    slack = Slack().contents()
    entries = [(name, data.encode(), changes if name == "channels.json" else {}) for name, data in slack.items()]
    return zipped(*entries)


def nonsense64():
    """Points far outside, in the records of large archives."""
    good = workspace()
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    locator = struct.pack("<IIQI", 0x07064B50, 0, 2**64 - 1, 1)
    return good[:-22] + locator + end


LIST = Slack().contents()["channels.json"].encode()

BYTES = {
    "nothing": (b"", "no ZIP archive"),
    "no archive": (b"#!/bin/sh\nrm -rf /\n" * 1000, "no ZIP archive"),
    "cut off": (workspace()[:-100], "no ZIP archive"),
    "without its beginning": (workspace()[100:], "is broken"),
    "something behind it": (workspace() + b"x" * 10, "no ZIP archive"),
    "another number of entries": (zipped(("channels.json", LIST, {}), count=2), "is broken"),
    "a million entries in a few bytes": (zipped(("channels.json", LIST, {}), count=60_000), "is broken"),
    "large numbers that mean nothing": (nonsense64(), "is broken"),
    "a size of the largest number": (workspace(extra=struct.pack("<HHQ", 1, 8, 2**64 - 1), size=0xFFFFFFFF), "is broken"),
    "encrypted": (workspace(flags=1), "is encrypted"),
    "packed in another way": (workspace(method=14), "in a way that is not known"),
    "a link": (workspace(mode=0o120777), "is a link"),
    "a device": (workspace(mode=0o060666), "is a link or a special file"),
    "a name that is not UTF-8": (zipped((b"\xff\xfe", b"x", {})), "is not UTF-8"),
    "U+0000 in a name": (zipped((b"channels.json\0.txt", b"x", {})), "a control character"),
    "an entry twice": (zipped(("channels.json", LIST, {}), ("channels.json", b"[]", {})), "is there twice"),
    "two entries in the same bytes": (
        zipped(("channels.json", LIST, {}), ("users.json", b"[]", {"offset": 0})), "shares its bytes"),
    "another checksum": (workspace(crc=1), "checksum is another one"),
    "more than it says": (workspace(size=10), "not as large"),
    "an entry of 200 megabytes": (workspace(size=200 << 20), "larger than 128 MiB"),
    "less than it says": (workspace(size=1_000), "not as large"),
    "no deflated bytes": (workspace(packedAs=b"\xff" * 50, packed=50), "cannot be unpacked"),
    "another name in its header": (workspace(local=b"passwords.txt"), "described in two ways"),
    "an offset outside": (workspace(offset=0xFFFFFFF0), "lies outside the archive"),
    "no list of channels": (zipped(("users.json", b"[]", {})), "no channels.json"),
    "no list of users": (zipped(("channels.json", b"[]", {})), "no users.json"),
}


@pytest.mark.parametrize("name", BYTES)
def test_bytes(database, tmp_path, name):
    data, expected = BYTES[name]
    (tmp_path / "slack.zip").write_bytes(data)
    refuses(database, expected, "slack", tmp_path / "slack.zip")


def test_no_archive(database, tmp_path):
    refuses(database, "cannot be read", "slack", tmp_path / "nowhere.zip")
    refuses(database, "is no file", "slack", tmp_path)
