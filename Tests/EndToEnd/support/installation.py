"""A server and a database of their own, for what would disturb everybody else."""

import signal
import subprocess
from contextlib import contextmanager
from time import monotonic, sleep

import requests

from support.person import World
from support.postgres import own_cluster
from support.processes import OUTPUT, binary, clean_environment, free_port, stop


class Installation:
    """`denwa serve` on a port that it keeps over restarts."""

    def __init__(self, name, database_url, contract, options=()):
        self.log = OUTPUT / f"{name}.server.log"
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.database_url = database_url
        self.options = options
        self.world = World(self.url, contract)
        self.api = self.world.api()
        self.child = None

    def start(self):
        """Returns the seconds until it is ready."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        begin = monotonic()
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen(
                [binary(), "serve", "--database-url", self.database_url, "--port", str(self.port), "--public-url", self.url,
                 *self.options], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=clean_environment())
        while self.readiness() != 200:
            assert self.runs(), self.log.read_text()[-2_000:]
            assert monotonic() - begin < 20, "the server does not become ready"
            sleep(0.01)
        return monotonic() - begin

    def runs(self):
        return self.child.poll() is None

    def kill(self):
        self.child.kill()
        self.child.wait(10)

    def asks_to_stop(self):
        self.child.send_signal(signal.SIGTERM)

    def stops(self, within=10):
        """SIGTERM, if it was not sent yet; it must end in time and with 0."""
        stop(self.child, within)

    def restarts(self):
        self.stops()
        return self.start()

    def readiness(self):
        """The status of /readyz; 0 without an answer."""
        try:
            return self.api.call("GET", "/readyz").status_code
        except requests.RequestException:
            return 0

    def uses_all_its_connections(self):
        """Asks until none of its connections to the database is an old one that is dead."""
        stranger = {"Authorization": f"Bearer {'x' * 43}"}
        good = 0
        while good < 12:
            good = good + 1 if self.api.call("GET", "/v1/me", headers=stranger).status_code == 401 else 0

    def seconds_until_readiness(self, status, patience=20):
        """How long it takes until /readyz has that status."""
        begin = monotonic()
        while self.readiness() != status:
            assert monotonic() - begin < patience, f"/readyz does not become {status}"
            sleep(0.02)
        return monotonic() - begin


@contextmanager
def installed(name, cluster, contract, options=()):
    """A running installation on a cluster. At the end it must stop in time and with 0, unless it was killed."""
    installation = Installation(name, cluster.url(), contract, options)
    installation.start()
    try:
        yield installation
        installation.world.end_sockets()
        if installation.runs():
            installation.stops()
    finally:
        installation.kill()


@contextmanager
def own_installation(name, contract, options=(), settings=None):
    """A running installation with a cluster of its own, as `installation.cluster`."""
    with own_cluster(name, settings) as cluster, installed(name, cluster, contract, options) as installation:
        installation.cluster = cluster
        yield installation
