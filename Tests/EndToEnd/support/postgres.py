"""A PostgreSQL cluster of our own, to be crashed, stopped, filled and restored."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from time import monotonic, sleep

import psycopg

from support.processes import OUTPUT, binary, clean_environment

PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
DATABASE = "denwa"
# Small, so that a cluster is quick to copy and fits on a small disk.
SETTINGS = {"listen_addresses": "", "max_connections": "50", "min_wal_size": "32MB", "max_wal_size": "64MB", "shared_buffers": "16MB"}


def account():
    """As whom PostgreSQL runs: it refuses root."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def own(path):
    if account():
        shutil.chown(path, account()["user"], account()["group"])


def run(program, *arguments, **options):
    return subprocess.run([PROGRAMS / program, *arguments], check=True, timeout=60, cwd="/", env=clean_environment(),
                          stdout=subprocess.PIPE, **{"stdin": subprocess.DEVNULL, **account(), **options}).stdout


@cache
def template():
    """A cluster with a migrated database, down; it is made once and copied."""
    folder = tempfile.TemporaryDirectory(prefix="denwa-template-")
    own(folder.name)
    data = Path(folder.name) / "data"
    run("initdb", "--pgdata", data, "--locale=C.UTF-8", "--encoding=UTF8", "--auth=trust", "--username=denwa",
        "--no-sync", "--no-instructions")
    cluster = Cluster(Path(folder.name), "template")
    cluster.start()
    cluster.create_database(DATABASE)
    subprocess.run([binary(), "migrate", "up", "--database-url", cluster.url()], check=True, timeout=60,
                   env=clean_environment(), stdout=subprocess.DEVNULL)
    cluster.stop()
    return data, folder


@contextmanager
def own_cluster(name, settings=None):
    """A running cluster with an empty migrated database, which nobody else uses."""
    with tempfile.TemporaryDirectory(prefix="denwa-cluster-") as folder:
        own(folder)
        with copied_cluster(Path(folder), name, settings) as cluster:
            yield cluster


@contextmanager
def copied_cluster(folder, name, settings=None):
    """The same in a given folder, which has to be PostgreSQL's."""
    data, _ = template()
    subprocess.run(["cp", "-a", data, folder / "data"], check=True)
    cluster = Cluster(folder, name, settings)
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop()


class Cluster:
    def __init__(self, folder, name, settings=None):
        self.folder = folder
        self.log = OUTPUT / f"{name}.postgres.log"
        self.settings = {**SETTINGS, "unix_socket_directories": folder, **(settings or {})}
        self.postmaster = None

    def url(self, database=DATABASE):
        return f"postgresql://denwa@/{database}?host={self.folder}"

    def start(self):
        """Returns when it answers; after a crash that is after its recovery."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        options = [part for name, value in self.settings.items() for part in ("-c", f"{name}={value}")]
        with open(self.log, "ab") as log:
            self.postmaster = subprocess.Popen(
                [PROGRAMS / "postgres", "-D", self.folder / "data", *options], stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, cwd="/", env=clean_environment(), **account())
        deadline = monotonic() + 30
        while not self.answers():
            assert self.postmaster.poll() is None and monotonic() < deadline, self.log.read_text()[-2_000:]
            sleep(0.02)

    def answers(self):
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
            return True
        except psycopg.OperationalError:
            return False

    def stop(self, how=signal.SIGINT):
        """Ends it, as `pg_ctl stop -m fast` does, and returns when it is down."""
        if self.postmaster and self.postmaster.poll() is None:
            self.resume()
            self.postmaster.send_signal(how)
            self.postmaster.wait(30)

    def crash(self):
        """As `pg_ctl stop -m immediate` does: no goodbye, no checkpoint."""
        self.stop(signal.SIGQUIT)

    def pause(self):
        """All its processes stand still; its sockets stay open and silent."""
        for process in self.processes():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGSTOP)

    def resume(self):
        for process in reversed(self.processes()):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)

    def heal(self):
        """Whatever was done to it, it runs and writes again."""
        if self.postmaster.poll() is None:
            self.resume()
        else:
            self.start()
        self.read_only(False)

    def processes(self):
        """The postmaster first, because the others are its children."""
        pid = self.postmaster.pid
        return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]

    def read_only(self, whether):
        """Every transaction from now on reads only, as on a standby, or may write again."""
        with self.administrator() as connection:
            connection.execute(f"ALTER SYSTEM SET default_transaction_read_only = {'on' if whether else 'off'}")
            connection.execute("SELECT pg_reload_conf()")

    def terminate_backends(self):
        """Ends all connections to the database. Returns how many."""
        with self.administrator() as connection:
            query = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s"
            return connection.execute(query, [DATABASE]).fetchone()[0]

    def create_database(self, name):
        with self.administrator() as connection:
            connection.execute(f"CREATE DATABASE {name}")

    def dump(self, file, database=DATABASE):
        """A backup as `pg_dump` makes it."""
        file.write_bytes(run("pg_dump", "--format=custom", f"--dbname={self.url(database)}"))

    def restore(self, file, database):
        """Into a new database."""
        self.create_database(database)
        with open(file, "rb") as dump:
            run("pg_restore", "--exit-on-error", f"--dbname={self.url(database)}", stdin=dump)

    def replace_database(self, name):
        """The database `name` takes the place of the one that is used; whoever uses that loses the connection."""
        with self.administrator() as connection:
            connection.execute(f"ALTER DATABASE {DATABASE} ALLOW_CONNECTIONS false")
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [DATABASE])
            connection.execute(f"ALTER DATABASE {DATABASE} RENAME TO replaced")
            connection.execute(f"ALTER DATABASE {name} RENAME TO {DATABASE}")

    def rows(self, query, *values, database=DATABASE):
        with psycopg.connect(self.url(database)) as connection:
            return connection.execute(query, values).fetchall()

    def administrator(self):
        return psycopg.connect(self.url("postgres"), autocommit=True, options="-c default_transaction_read_only=off")
