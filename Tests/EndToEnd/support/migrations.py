"""Databases for migrations, reached directly and through PgBouncer, and folders of migrations."""

import json
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg

from support.postgres import account, own
from support.processes import OUTPUT, binary, clean_environment, database_url, free_port, process, wait_until

NUMBERS = count(1)

PGBOUNCER = """
[databases]
* = host={socket} port=5432 user={user}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 12
max_client_conn = 100
; Whoever relies on getting the same server again is found out.
server_round_robin = 1
"""


class Route:
    """A way to the test's server: `url(database)` leads there."""

    def __init__(self, name, url):
        self.name, self.url = name, url

    @contextmanager
    def database(self):
        """A new empty database; it goes with the block."""
        name = f"migrate_{os.getpid()}_{next(NUMBERS)}"
        administer(f"CREATE DATABASE {name}")
        try:
            yield Database(name, self.url(name), direct(name))
        finally:
            administer(f"DROP DATABASE {name} WITH (FORCE)")


class Database:
    def __init__(self, name, url, direct_url):
        self.name, self.url, self.direct_url = name, url, direct_url

    def migrate(self, *arguments, folder=None, given=None, settings=None):
        """Runs `denwa migrate …` on it. Returns the finished process."""
        return subprocess.run(self.command(*arguments, folder=folder), capture_output=True, text=True, timeout=120,
                              env=clean_environment() | (settings or {}), input=given)

    def starts(self, *arguments, folder=None):
        """The same without waiting for its end."""
        return subprocess.Popen(self.command(*arguments, folder=folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                stdin=subprocess.DEVNULL, text=True, env=clean_environment())

    def command(self, *arguments, folder=None):
        options = ["--dir", str(folder)] if folder else []
        return [binary(), "migrate", *map(str, arguments), "--database-url", self.url, *options]

    def must(self, *arguments, **options):
        """What a command prints that has to succeed."""
        finished = self.migrate(*arguments, **options)
        assert finished.returncode == 0, f"{arguments}: {finished.stdout}{finished.stderr}"
        return finished.stdout

    def objects(self, *arguments, **options):
        return [json.loads(line) for line in self.must(*arguments, "--json", **options).splitlines()]

    def rows(self, query, *values):
        with psycopg.connect(self.direct_url, autocommit=True) as connection:
            cursor = connection.execute(query, values)
            return cursor.fetchall() if cursor.description else None

    def applied(self):
        """The recorded versions."""
        if self.rows("SELECT to_regclass('schema_migrations')")[0][0] is None:
            return []
        return [version for version, in self.rows("SELECT version FROM schema_migrations ORDER BY version")]

    def fingerprint(self):
        return self.rows("SELECT fingerprint FROM schema_migrations ORDER BY version DESC LIMIT 1")[0][0]


def direct(database):
    return urlsplit(database_url())._replace(path=f"/{database}").geturl()


def administer(statement):
    with psycopg.connect(direct("postgres"), autocommit=True) as connection:
        connection.execute(statement)


def scratch_databases():
    with psycopg.connect(direct("postgres")) as connection:
        return [name for name, in connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'denwa_rehearsal%'")]


@contextmanager
def pgbouncer():
    """The real one, in transaction mode. Yields the route through it."""
    program = shutil.which("pgbouncer", path=os.environ["PATH"] + ":/usr/sbin")
    assert program, "pgbouncer is not installed; script/test installs it"
    parts, port = urlsplit(database_url()), free_port()
    with tempfile.TemporaryDirectory(prefix="denwa-pgbouncer-") as folder:
        own(folder)
        configuration = Path(folder) / "pgbouncer.ini"
        socket = parse_qs(parts.query)["host"][0]
        configuration.write_text(PGBOUNCER.format(socket=socket, port=port, user=parts.username))
        # Not root: it refuses to be, and the server's socket is its user's alone.
        identity = [f"--reuid={account()['user']}", f"--regid={account()['group']}", "--clear-groups"] if account() else []
        own(configuration)
        command = (["setpriv", *identity, "--"] if identity else []) + [program, str(configuration)]
        log = OUTPUT / "pgbouncer.log"
        route = Route("pgbouncer", lambda database: f"postgresql://denwa@127.0.0.1:{port}/{database}")
        with process(command, log) as child:
            wait_until(lambda: answers(route.url("postgres")), child, log)
            yield route


def answers(url):
    try:
        psycopg.connect(url, connect_timeout=2).close()
        return True
    except psycopg.OperationalError:
        return False


def write(folder, *files, first=1):
    """Writes migrations. Each is its up section, or a pair with the down section, or the whole text of a file."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, file in enumerate(files, first):
        up, down = file if isinstance(file, tuple) else (file, "")
        text = up if "-- migrate:up" in up else f"-- migrate:up\n{up}\n-- migrate:down\n{down}\n"
        (folder / f"{number:04}_step.sql").write_text(text)
    return folder
