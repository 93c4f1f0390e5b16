"""A standby that follows a cluster and can take its place."""

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

from support.postgres import Cluster, own, run

NAME = "standby"


class Standby(Cluster):
    def promote(self):
        """It takes writes when this returns, on a timeline of its own."""
        with self.administrator() as connection:
            assert connection.execute("SELECT pg_promote()").fetchone()[0]


@contextmanager
def synchronous_standby(primary, name):
    """A running standby of a running cluster, which from now on confirms no commit that the standby does not have."""
    with TemporaryDirectory(prefix="denwa-standby-") as folder:
        own(folder)
        source = f"host={primary.folder} user=denwa application_name={NAME}"
        run("pg_basebackup", "--pgdata", Path(folder) / "data", "--dbname", source, "--write-recovery-conf",
            "--wal-method=stream", "--checkpoint=fast", "--no-sync")
        standby = Standby(Path(folder), name)
        standby.start()
        try:
            with primary.administrator() as connection:
                connection.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{NAME}'")
                connection.execute("SELECT pg_reload_conf()")
            waits_for_sync(primary)
            yield standby
        finally:
            standby.stop()


def waits_for_sync(primary):
    deadline = monotonic() + 20
    while primary.rows("SELECT sync_state FROM pg_stat_replication") != [("sync",)]:
        assert monotonic() < deadline, primary.log.read_text()[-2_000:]
        sleep(0.05)
