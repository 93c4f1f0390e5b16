"""Exports, archives of Slack's, and the databases that they come from and go to."""

import hashlib
import io
import json
import re
import subprocess
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from types import SimpleNamespace

import psycopg

from support.postgres import DATABASE
from support.processes import binary, clean_environment

TIME = "2026-11-23T10:00:00.123456Z"


def run(*arguments, url, given=None, timeout=600):
    """Runs a command. Returns its exit code, what it printed, its seconds and the megabytes that it took."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.TemporaryFile() as source:
        source.write(given or b"")
        source.seek(0)
        begin = monotonic()
        child = subprocess.Popen(
            [binary(), *map(str, arguments), "--database-url", url], stdin=source, stdout=out, stderr=err,
            env=clean_environment())
        try:
            status = waited(child, begin + timeout)
        finally:
            if child.poll() is None:
                child.kill()
        for stream in (out, err):
            stream.seek(0)
        return SimpleNamespace(code=status.code, out=out.read(), err=err.read().decode(errors="replace"),
                               seconds=monotonic() - begin, megabytes=status.megabytes)


def waited(child, deadline):
    """Its exit code, and the megabytes that it had at most. What `wait4` says would count the memory of this process too."""
    most = 0
    while child.poll() is None:
        assert monotonic() < deadline, f"{child.args} does not end"
        with suppress(OSError):
            peak = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{child.pid}/status").read_text())
            most = max(most, int(peak[1]) if peak else 0)
        sleep(0.003)
    return SimpleNamespace(code=child.returncode, megabytes=most / 1024)


def succeeds(*arguments, **options):
    finished = run(*arguments, **options)
    assert finished.code == 0, f"denwa {' '.join(map(str, arguments))}: {finished.err}"
    return finished


def counts(*arguments, **options):
    """What a command says with --json."""
    return json.loads(succeeds(*arguments, "--json", **options).out)


class Databases:
    """Fresh ones on one cluster, each migrated and empty."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.made = 0

    def fresh(self):
        self.made += 1
        name = f"transfer_{self.made}"
        with self.cluster.administrator() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {DATABASE}")
        return self.cluster.url(name)


def execute(url, *queries):
    with psycopg.connect(url) as connection:
        for query in queries:
            connection.execute(query)


def rows(url, query, *values):
    with psycopg.connect(url) as connection:
        return connection.execute(query, values or None).fetchall()


def value(url, query, *values):
    return rows(url, query, *values)[0][0]


def content(url):
    """Of every table how many rows it has, and a sum of their hashes."""
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
        assert len(tables) > 5
        return {table: connection.execute(
            f"SELECT count(*), sum(hashtextextended(t::text, 0)::numeric) FROM {table} t").fetchone() for table, in tables}


def files(folder):
    """The bytes of every file below, by path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(Path(folder).rglob("*")) if path.is_file()}


FILL = """
    INSERT INTO accounts (handle, display_name, role, password_hash)
        SELECT 'person-' || g, 'Person ' || g, 'member', '$argon2id$canary-hash' FROM generate_series(1, 20) g;
    INSERT INTO rooms (name, title, created_at) VALUES ('big', 'Big 大', now() - interval '1 day'), ('small', 'Small', now());
    INSERT INTO events (room_id, seq, kind, author_id, created_at)
        SELECT r.id, g, 'joined', a.id, '2026-01-01Z'::timestamptz + g * interval '1 second'
        FROM generate_series(1, 20) g JOIN rooms r ON r.name = 'big' JOIN accounts a ON a.handle = 'person-' || g;
    INSERT INTO events (room_id, seq, kind, author_id, client_id, body, digest, created_at)
        SELECT r.id, g, 'message', a.id, md5('salt' || g), b.body, sha256(convert_to(b.body, 'UTF8')),
            '2026-01-01Z'::timestamptz + g * interval '1 second 1 microsecond'
        FROM generate_series(21, EVENTS) g JOIN rooms r ON r.name = 'big'
        JOIN accounts a ON a.handle = 'person-' || (g % 20 + 1)
        CROSS JOIN LATERAL (SELECT repeat('message 電話 ' || g || ' ', g % 7 + 1) AS body) b;
    INSERT INTO memberships (room_id, account_id, joined_seq, read_seq)
        SELECT room_id, author_id, seq, CASE WHEN seq % 3 = 0 THEN seq + 7 END FROM events WHERE kind = 'joined';
    UPDATE rooms SET head = EVENTS WHERE name = 'big';
"""


def fill(url, events):
    """A room with so many events, of twenty people."""
    execute(url, FILL.replace("EVENTS", str(events)), "ANALYZE")


class Export:
    """An export as somebody else might make it: good, until a test changes something."""

    def __init__(self):
        self.files = {
            "accounts.jsonl": [account("ken"), account("hana")],
            "rooms/lobby.jsonl": [
                room("lobby"), event(1, "ken", "joined"), event(2, "ken", "message", clientId="a", body="hello"),
                event(3, "hana", "joined"), event(4, "hana", "message", clientId="a", body="電話"), event(5, "ken", "left"),
            ],
        }
        self.manifest = {"format": "denwa-export", "version": 1}

    @property
    def lobby(self):
        return self.files["rooms/lobby.jsonl"]

    def bytes(self, name):
        return b"".join(line if isinstance(line, bytes) else json.dumps(line, ensure_ascii=False).encode() + b"\n"
                        for line in self.files[name])

    def write(self, folder):
        """With a manifest that fits, whatever is in the files."""
        (folder / "rooms").mkdir(parents=True)
        for name in self.files:
            (folder / name).write_bytes(self.bytes(name))
        numbers = {"accounts": len(self.files["accounts.jsonl"]), "rooms": len(self.files) - 1,
                   "events": sum(len(lines) - 1 for lines in self.files.values()) - len(self.files["accounts.jsonl"]) + 1}
        described = [{"name": name, "lines": self.bytes(name).count(b"\n"), "bytes": len(self.bytes(name)),
                      "sha256": hashlib.sha256(self.bytes(name)).hexdigest()} for name in self.files]
        (folder / "manifest.json").write_text(json.dumps({**numbers, "files": described, **self.manifest}))

    def stream(self):
        """The same as one stream."""
        start = json.dumps({"format": "denwa-export", "kind": "export", "version": 1}).encode() + b"\n"
        return ended(start + b"".join(self.bytes(name) for name in self.files), 2, 1, 5)


def ended(lines, accounts, rooms, events):
    end = {"kind": "end", "accounts": accounts, "rooms": rooms, "events": events, "sha256": hashlib.sha256(lines).hexdigest()}
    return lines + json.dumps(end).encode() + b"\n"


def account(handle, **more):
    return {"kind": "account", "handle": handle, "displayName": handle, "role": "member", "createdAt": TIME, **more}


def room(name, **more):
    return {"kind": "room", "name": name, "title": name, "createdAt": TIME, **more}


def event(seq, author, kind, **more):
    return {"kind": kind, "seq": seq, "author": author, "at": TIME, **more}


class Slack:
    """An archive of a small workspace, good until a test changes something."""

    def __init__(self):
        self.entries = {}
        self.users = [
            user("U1", "hana", profile={"display_name": "花子", "real_name": "Hanako"}), user("U2", "ken"),
            user("U3", "gone", deleted=True), user("U4", "hookbot", is_bot=True),
        ]
        self.channels = [channel("C1", "general", ["U1", "U2"])]
        self.days = {"general/2019-01-01.json": [
            says("U1", 1, "hello <@U2> &amp; <#C1|general>"), says("U2", 2, "see <https://example.com|this page>"),
        ]}

    def build(self):
        """The bytes of the archive."""
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.contents().items():
                archive.writestr(name, content)
        return data.getvalue()

    def contents(self):
        lists = {"users.json": self.users, "channels.json": self.channels, **self.days, **self.entries}
        return {name: content if isinstance(content, (bytes, str)) else json.dumps(content) for name, content in lists.items()}


def user(identity, name, **more):
    return {"id": identity, "name": name, "deleted": False, "is_bot": False, "real_name": name, **more}


def channel(identity, name, members, **more):
    return {"id": identity, "name": name, "created": 1_546_300_000, "is_archived": False, "members": members, **more}


def at(second, micros=0):
    """The time of a message on the first day of 2019."""
    return f"{1_546_300_800 + second}.{micros:06}"


def says(author, second, text, **more):
    return {"type": "message", "user": author, "ts": at(second), "text": text, **more}
