"""Very many connections that say a byte a second, and some that say nothing. They are a program of their own, so that what they cost
us does not count as the server's.

`python slow.py PORT SILENT SLOW KEPT`: of the slow ones, KEPT have had an answer on their connection before. It says `ready` when
all are there; from the next line of its input on they talk, evenly over each second. When the server has closed all of them, it
says after how many seconds the first and the last one was closed.
"""

import asyncio
import subprocess
import sys
from contextlib import contextmanager, suppress

REQUEST = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
PATIENCE = 12


@contextmanager
def slow_connections(port, silent, slow, kept):
    # Not in `sys.path`: there are modules named `socket` beside this one.
    command = [sys.executable, "-P", __file__, *map(str, (port, silent, slow, kept))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout.readline() == "ready\n"
            yield Crowd(child)
            assert child.wait(10) == 0
        finally:
            child.kill()


class Crowd:
    def __init__(self, child):
        self.child = child

    def talks(self):
        self.child.stdin.write("\n")
        self.child.stdin.flush()

    def are_closed(self):
        """After how many seconds the first and the last one was closed."""
        first, last = self.child.stdout.readline().split()
        return float(first), float(last)


async def keep(connection):
    reader, writer = connection
    writer.write(REQUEST)
    head = await reader.readuntil(b"\r\n\r\n")
    fields = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:] if line)
    await reader.readexactly(int(fields["content-length"]))


async def talk(connection, delay):
    for byte in REQUEST:
        await asyncio.sleep(delay)
        with suppress(OSError):
            connection[1].write(bytes([byte]))
        delay = 1


async def closed(connection, begin):
    clock = asyncio.get_running_loop().time
    with suppress(OSError):
        while await connection[0].read(1):
            pass
    return clock() - begin


async def obey(port, silent, slow, kept):
    connections = []
    for _ in range(silent + slow):
        connections.append(await asyncio.open_connection("127.0.0.1", port))
    for connection in connections[silent:silent + kept]:
        await keep(connection)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    begin = asyncio.get_running_loop().time()
    talking = [asyncio.create_task(talk(each, n / slow)) for n, each in enumerate(connections[silent:])]
    ends = await asyncio.wait_for(asyncio.gather(*(closed(each, begin) for each in connections)), PATIENCE)
    for task in talking:
        task.cancel()
    print(min(ends), max(ends), flush=True)


if __name__ == "__main__":
    asyncio.run(obey(*map(int, sys.argv[1:])))
