"""`denwa backup` and `denwa restore` on a cluster of their own."""

import json
import os
import subprocess
from pathlib import Path

import psycopg

from support.processes import binary, clean_environment

FILL = """
INSERT INTO accounts (handle, display_name, password_hash)
SELECT 'filler-' || n, '電話 ' || n, 'x' FROM generate_series(1, 20) AS n;
INSERT INTO rooms (name, title, head) SELECT 'filler-' || n, 'Filler', {each} FROM generate_series(1, 10) AS n;
INSERT INTO events (room_id, seq, kind, author_id, client_id, body, digest, created_at)
SELECT r.id, seq, 'message', a.id, 'c' || seq, md5(seq || r.name) || repeat(' もしもし', 12), sha256(seq::text::bytea),
    '2026-11-23'::timestamptz + seq * interval '1.000001 s'
FROM generate_series(1, {each}) AS seq CROSS JOIN rooms AS r JOIN accounts AS a ON a.handle = 'filler-' || (1 + seq % 20)
WHERE r.name LIKE 'filler-%';
"""


class Vault:
    """A database, and a folder for its backups."""

    def __init__(self, cluster, folder):
        self.cluster = cluster
        self.folder = Path(folder)
        self.url = cluster.url()

    def fill(self, events):
        self.execute(FILL.format(each=events // 10))

    def execute(self, statements):
        with psycopg.connect(self.url) as connection:
            connection.execute(statements)

    def command(self, *arguments):
        return [binary(), *map(str, arguments)]

    def environment(self, url=None):
        return clean_environment() | {"DATABASE_URL": url or self.url}

    def run(self, *arguments, url=None, timeout=60):
        """The finished process."""
        return subprocess.run(self.command(*arguments), env=self.environment(url), capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=timeout)

    def starts(self, *arguments, url=None):
        return subprocess.Popen(self.command(*arguments), env=self.environment(url), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def denwa(self, *arguments, url=None, timeout=60):
        """What a command that must succeed says with --json."""
        finished = self.run(*arguments, "--json", url=url, timeout=timeout)
        assert finished.returncode == 0, finished.stderr
        return json.loads(finished.stdout)

    def refused(self, *arguments, code=1, url=None):
        """What a command says that must fail with that code."""
        finished = self.run(*arguments, url=url)
        assert finished.returncode == code, (finished.returncode, finished.stdout, finished.stderr)
        return finished.stderr

    def backup(self, name="monday"):
        """A new backup; returns its folder."""
        return Path(self.denwa("backup", self.folder / name)["folder"])

    def contents(self, url=None):
        """What all tables hold but for the identity, as PostgreSQL itself sums it up."""
        with psycopg.connect(url or self.url) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            tables = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'server' ORDER BY 1").fetchall()
            return {
                table: connection.execute(
                    f"SELECT count(*), sum(hashtextextended(t::text, 0)::numeric) FROM {table} AS t").fetchone()
                for (table,) in tables}

    def schema(self, url=None):
        """The number of the newest migration that is applied."""
        with psycopg.connect(url or self.url) as connection:
            return connection.execute("SELECT max(version) FROM schema_migrations").fetchone()[0]

    def verifications(self):
        """The databases of verifications that exist just now."""
        return self.ask("SELECT datname FROM pg_database WHERE datname LIKE 'denwa\\_verify%'")

    def backends(self):
        """The programs of PostgreSQL's that are connected just now."""
        return self.ask("SELECT application_name FROM pg_stat_activity WHERE application_name IN ('pg_dump', 'psql')")

    def ask(self, question):
        """The first column of what a server says, whichever database is there."""
        with self.cluster.administrator() as connection:
            return [row[0] for row in connection.execute(question).fetchall()]


def command_lines(pids=None):
    """What everybody on the machine sees of what runs; all of it, or some processes."""
    lines = []
    for pid in pids if pids is not None else [entry.name for entry in os.scandir("/proc") if entry.name.isdigit()]:
        try:
            lines.append(Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return lines
