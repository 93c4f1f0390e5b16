"""The real socket.io-client, in Node and in Chromium; a test sees no difference."""

import json
import subprocess
from base64 import b64decode, b64encode
from collections import defaultdict
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from time import monotonic

from support.processes import clean_environment
from support.socketio_bundle import bundle

HERE = Path(__file__).parent
PATIENCE = 10
PAGE = {"/": (HERE / "page.html").read_bytes(), "/driver.js": (HERE / "driver.js").read_bytes()}


class Runtime:
    """Where clients run. Reports are kept by the client that they are about."""

    def __init__(self):
        self.count = 0
        self.inboxes = defaultdict(list)

    def opens(self, url, **options):
        self.count += 1
        return Client(self, self.count, url, options)

    def hears(self, timeout):
        """Takes what was reported; waits so many seconds for something."""
        for report in self.reports(timeout):
            self.inboxes[report["id"]].append(revived(report))


class Node(Runtime):
    name = "node"

    def __init__(self):
        super().__init__()
        self.lines = Queue()
        # Where Debian has node-ws.
        environment = {**clean_environment(), "NODE_PATH": "/usr/share/nodejs"}
        self.process = subprocess.Popen(
            ["node", HERE / "runner.js", bundle()], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(json.loads(line))

    def performs(self, command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()

    def reports(self, timeout):
        try:
            yield self.lines.get(timeout=timeout)
            while True:
                yield self.lines.get_nowait()
        except Empty:
            assert self.process.poll() is None, "Node has ended"

    def ends(self):
        self.process.stdin.close()
        try:
            assert self.process.wait(5) == 0
        finally:
            self.process.kill()
            self.process.stdout.close()


class Chromium(Runtime):
    name = "chromium"

    def __init__(self, browser, origin):
        super().__init__()
        self.context = browser.new_context()
        self.page = self.context.new_page()
        self.errors = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(origin)

    def performs(self, command):
        self.page.evaluate("command => perform(command)", command)

    def reports(self, timeout):
        return self.page.evaluate("milliseconds => take(milliseconds)", timeout * 1_000)

    def ends(self):
        self.context.close()
        assert self.errors == []


class Client:
    """One socket: a connection to one namespace."""

    def __init__(self, runtime, id, url, options):
        self.runtime, self.id = runtime, id
        self.refs = 0
        self.performs("open", url=url, options=options)

    def performs(self, command, **members):
        self.runtime.performs({"do": command, "id": self.id, **plain(members)})

    @property
    def inbox(self):
        return self.runtime.inboxes[self.id]

    def next(self, what, timeout=PATIENCE, **members):
        """The next report of that kind with those members; others wait for whoever asks for them."""
        deadline = monotonic() + timeout
        while True:
            for index, report in enumerate(self.inbox):
                if report["what"] == what and members.items() <= report.items():
                    return self.inbox.pop(index)
            assert monotonic() < deadline, f"{what} {members} did not come; there were {str(self.inbox)[-2_000:]}"
            self.runtime.hears(max(0.01, deadline - monotonic()))

    def connected(self, timeout=PATIENCE):
        return self.next("connect", timeout)

    def refused(self):
        return self.next("connect_error")

    def gone(self, timeout=PATIENCE):
        """Waits for the end of the connection; returns why."""
        return self.next("disconnect", timeout)["reason"]

    def hears(self, event="message", timeout=PATIENCE):
        """The arguments of the next such event."""
        return self.next("event", timeout, event=event)["args"]

    def silent_for(self, seconds):
        """Demands that no event is waiting or comes."""
        deadline = monotonic() + seconds
        while monotonic() < deadline:
            self.runtime.hears(max(0.01, deadline - monotonic()))
        events = [report for report in self.inbox if report["what"] == "event"]
        assert events == [], events

    def emits(self, event, *args):
        self.performs("emit", event=event, args=args)

    def counts(self, event, end):
        """Emits the numbers below `end`, all at once."""
        self.performs("count", event=event, end=end)

    def calls(self, event, *args, timeout=PATIENCE):
        """Emits, and returns the arguments of the acknowledgement."""
        self.refs += 1
        self.performs("emit", event=event, args=args, ref=self.refs)
        return self.next("ack", timeout, ref=self.refs)["args"]


def plain(value):
    """Bytes as JSON has them."""
    if isinstance(value, bytes):
        return {"bytes": b64encode(value).decode()}
    return each(value, plain)


def revived(value):
    if isinstance(value, dict) and set(value) == {"bytes"}:
        return b64decode(value["bytes"])
    return each(value, revived)


def each(value, change):
    if isinstance(value, dict):
        return {name: change(member) for name, member in value.items()}
    return [change(member) for member in value] if isinstance(value, (list, tuple)) else value
