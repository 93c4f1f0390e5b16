"""Programs that the suite starts. Each is ended by its pid, and what it wrote to is removed."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import urlsplit

import psycopg
import pytest
import requests

# Which of several that run tests side by side we are; each has a database and a folder for its output.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
OUTPUT = Path(os.environ.get("DENWA_TEST_OUTPUT", "test-output")) / WORKER


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def setting(name):
    value = os.environ.get(name)
    if not value:
        pytest.exit(f"{name} is not set; script/test sets it.", returncode=1)
    return value


def binary():
    return str(Path(setting("DENWA_BINARY")).resolve())


@cache
def database_url():
    url = setting("DENWA_TEST_DATABASE_URL")
    if not WORKER:
        return url
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {WORKER}")
    return urlsplit(url)._replace(path=f"/{WORKER}").geturl()


def clean_environment():
    """Ours without the suite's own variables: to the server, an unknown DENWA_… is a mistake."""
    return {name: value for name, value in os.environ.items() if not name.startswith("DENWA_")}


@contextmanager
def process(command, log, settings=None):
    """A running program whose output goes to the file `log`. Killed at the end if it still runs."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "wb") as out, subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL,
                                                   env=clean_environment() | (settings or {})) as child:
        try:
            yield child
        finally:
            if child.poll() is None:
                child.kill()


def wait_until(condition, child, log, patience=20):
    deadline = monotonic() + patience
    while not condition():
        assert child.poll() is None, f"{child.args[0]} ended with {child.returncode}:\n{log.read_text()}"
        assert monotonic() < deadline, f"{child.args[0]} does not become ready:\n{log.read_text()}"
        sleep(0.05)


def answers(url):
    try:
        return requests.get(url, timeout=2).status_code == 200
    except requests.ConnectionError:
        return False


def migrate():
    subprocess.run([binary(), "migrate", "up", "--database-url", database_url()], check=True, timeout=60,
                   env=clean_environment())


@contextmanager
def server(name, port, allowed_origins=(), settings=None, public_url=None):
    """`denwa serve` on the test database. Yields the process; at the end it must stop in time and with 0.

    `settings` are variables such as `{"DENWA_SIGN_UP": "invite"}`."""
    command = [
        binary(), "serve", "--database-url", database_url(), "--port", str(port),
        "--public-url", public_url or f"http://localhost:{port}",
    ]
    if allowed_origins:
        command += ["--allowed-origins", ",".join(allowed_origins)]
    log = OUTPUT / f"{name}.log"
    with process(command, log, settings) as child:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/readyz"), child, log)
        yield child
        stop(child)


def stop(child, within=10):
    """Asks a process to end; it must do so in time and with 0."""
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)
    assert child.wait(within) == 0, f"{child.args[0]} ended with {child.returncode}"


NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{site}
}}
"""
SITE = """
    map $http_upgrade $connection_header {{ default upgrade; '' ''; }}
    upstream denwa {{ server 127.0.0.1:{upstream}; keepalive 16; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://denwa;
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_header;
            proxy_read_timeout 60s;
        }}
    }}
"""


@contextmanager
def nginx(port, upstream, site=None):
    """nginx before the server, with connections to it kept alive; configured otherwise by a `site`."""
    program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    assert program, "nginx is not installed; script/test installs it"
    with tempfile.TemporaryDirectory(prefix="denwa-nginx-") as folder:
        os.chmod(folder, 0o755)
        configuration = Path(folder) / "nginx.conf"
        configuration.write_text(NGINX.format(folder=folder, site=site or SITE.format(port=port, upstream=upstream)))
        log = OUTPUT / f"nginx{'-site' if site else ''}.log"
        with process([program, "-e", "stderr", "-p", folder, "-c", str(configuration)], log) as child:
            wait_until(lambda: answers(f"http://127.0.0.1:{port}/healthz"), child, log)
            yield child
            stop(child)


def children(parent=None):
    """The pids of a process's children; our own if none is given."""
    pids = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == (parent or os.getpid()):
            pids.append(int(entry.parent.name))
    return pids
