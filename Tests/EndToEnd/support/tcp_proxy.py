"""A cable between a client and the server that can be pulled and plugged in again."""

import socket
import threading
from contextlib import suppress


class Cable:
    """Listens on `port` and passes bytes to and from `upstream`, on 127.0.0.1."""

    def __init__(self, port, upstream):
        self.upstream = upstream
        self.plugged = True
        self.lock = threading.Lock()
        self.ends = set()
        self.listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.pull()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def pull(self):
        """Breaks all connections; new ones break at once."""
        with self.lock:
            self.plugged = False
            for end in self.ends:
                _end(end)

    def plug_in(self):
        self.plugged = True

    def _accept(self):
        with suppress(OSError):
            while True:
                self._connect(self.listener.accept()[0])

    def _connect(self, near):
        with self.lock:
            if not self.plugged:
                return near.close()
            far = socket.create_connection(("127.0.0.1", self.upstream))
            self.ends |= {near, far}
        for source, target in ((near, far), (far, near)):
            threading.Thread(target=self._pump, args=(source, target), daemon=True).start()

    def _pump(self, source, target):
        with suppress(OSError):
            while data := source.recv(65_536):
                target.sendall(data)
        _end(source)
        _end(target)
        with self.lock:
            self.ends.discard(source)


def _end(end):
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
