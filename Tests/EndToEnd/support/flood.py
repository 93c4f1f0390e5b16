"""Very many people who log in at the same moment. They are a program of their own, so that what they cost us does not
count as the server's; and one that comes last, because what they cost would be paid by other machines.

`python flood.py PORT`: each line that it reads is an order, a list of log-ins that are to begin at once, `[[handle, password,
address], …]`; it answers with a line, what became of each: `[status, Retry-After, seconds]`. `null` in place of a status means
that there was no answer.
"""

import asyncio
import json
import subprocess
import sys
from contextlib import contextmanager
from select import select
from typing import NamedTuple

PATIENCE = 20


class Outcome(NamedTuple):
    status: int | None
    retry_after: str | None
    seconds: float


class Flood:
    """The other side: gives the orders."""

    def __init__(self, child):
        self.child = child

    def begins(self, log_ins):
        self.child.stdin.write(json.dumps(log_ins).encode() + b"\n")
        self.child.stdin.flush()

    def goes_on(self):
        """Whether somebody has no answer yet."""
        return not select([self.child.stdout], [], [], 0)[0]

    def ends(self):
        """What became of each."""
        line = self.child.stdout.readline()
        assert line, "the flood has failed"
        return [Outcome(*each) for each in json.loads(line)]


@contextmanager
def flood(port):
    # Not in `sys.path`: there are modules named `socket` beside this one.
    command = ["nice", "-n", "19", sys.executable, "-P", __file__, str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        try:
            yield Flood(child)
            child.stdin.close()
            assert child.wait(10) == 0
        finally:
            child.kill()


def request(handle, password, address):
    body = json.dumps({"handle": handle, "password": password}).encode()
    head = (f"POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: {address}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n")
    return head.encode() + body


async def answer(reader):
    """Status and Retry-After of the next answer."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
    await reader.readexactly(int(fields["content-length"]))
    return int(head[0].split()[1]), fields.get("retry-after")


async def log_in(connection, data):
    reader, writer = connection
    clock = asyncio.get_running_loop().time
    begin = clock()
    try:
        writer.write(data)
        status, retry_after = await asyncio.wait_for(answer(reader), PATIENCE)
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        status, retry_after = None, None
    seconds = clock() - begin
    writer.close()
    return status, retry_after, seconds


async def obey(port, log_ins):
    """All connections are there before the first of them says anything."""
    connections = await asyncio.gather(*(asyncio.open_connection("127.0.0.1", port) for _ in log_ins))
    return await asyncio.gather(*(log_in(connection, request(*each)) for connection, each in zip(connections, log_ins)))


def main():
    for line in sys.stdin.buffer:
        print(json.dumps(asyncio.run(obey(int(sys.argv[1]), json.loads(line)))), flush=True)


if __name__ == "__main__":
    main()
