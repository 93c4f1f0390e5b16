"""`denwa doctor` and `denwa config`: what is wrong, and what to do."""

import json
import subprocess

import psycopg
import pytest
from support.installation import own_installation
from support.postgres import own_cluster
from support.processes import SITE as SITE_OF_NGINX
from support.processes import binary, clean_environment, database_url, nginx

SITE = "https://localhost:9"
# Not this machine's own by its name, and yet nothing leaves it.
NETWORK = "http://0.0.0.0:9"


def doctor(*options, url=None, **variables):
    """The exit code, and the findings by what was looked at."""
    command = [binary(), "doctor", "--json", "--database-url", url or database_url(), *options]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=120, env=clean_environment() | variables)
    findings = [json.loads(line) for line in finished.stdout.splitlines()]
    assert findings, finished.stderr
    return finished.returncode, {finding["check"]: finding for finding in findings}


def test_all_is_well(world):
    code, findings = doctor(DENWA_PUBLIC_URL=world.url)
    assert {check: finding["text"] for check, finding in findings.items() if finding["level"] != "ok"} == {}
    assert code == 0
    assert set(findings) >= {
        "public URL", "cookies", "origins", "database", "version", "encoding", "durability", "schema", "clock", "disk", "log",
        "open files", "hashing", "WebSocket"}


def test_people_read_lines(world):
    finished = subprocess.run(
        [binary(), "doctor", "--quick", "--database-url", database_url(), "--public-url", NETWORK],
        capture_output=True, text=True, timeout=60, env=clean_environment())
    assert finished.returncode == 2
    assert "attention  public URL: The public URL is http://0.0.0.0:9" in finished.stdout
    assert " log: " not in finished.stdout


def test_no_database(world):
    finished = subprocess.run([binary(), "doctor", "--public-url", world.url], capture_output=True, text=True, timeout=60,
                              env=clean_environment())
    assert finished.returncode == 1 and "failed     database: No database is named" in finished.stdout


def test_a_database_that_is_not_there(world):
    code, findings = doctor(url="postgresql://denwa@127.0.0.1:9/denwa", DENWA_PUBLIC_URL=world.url)
    assert code == 1 and "cannot be reached" in findings["database"]["text"]


def test_nobody_answers():
    code, findings = doctor("--quick", DENWA_PUBLIC_URL="http://localhost:9")
    assert (code, findings["WebSocket"]["level"]) == (2, "attention")
    assert "does not answer" in findings["WebSocket"]["text"]


def test_a_handshake_comes_through_nginx(world, ports):
    with nginx(ports.nginx, ports.server):
        _, findings = doctor("--quick", DENWA_PUBLIC_URL=f"http://localhost:{ports.nginx}")
    assert findings["WebSocket"]["level"] == "ok"


def test_a_proxy_that_swallows_the_upgrade(world, ports):
    site = SITE_OF_NGINX.format(port=ports.nginx, upstream=ports.server)
    with nginx(ports.nginx, ports.server, site.replace("proxy_set_header Upgrade $http_upgrade;", "")):
        code, findings = doctor("--quick", DENWA_PUBLIC_URL=f"http://localhost:{ports.nginx}")
    assert (code, findings["WebSocket"]["level"]) == (1, "failed")
    assert "proxy_set_header Upgrade" in findings["WebSocket"]["cure"]


def test_origins_without_tls():
    _, findings = doctor("--quick", DENWA_PUBLIC_URL=SITE, DENWA_ALLOWED_ORIGINS="http://app.example.com,https://b.example.com")
    assert findings["origins"]["level"] == "attention"
    assert "http://app.example.com" in findings["origins"]["text"] and "https://b" not in findings["origins"]["text"]


def test_a_log_with_a_hole(contract):
    """Somebody deletes rows by hand, or changes the head."""
    with own_installation("doctor", contract) as place:
        person = place.world.person("alice")
        good, holed, short, low = (person.makes_room() for _ in range(4))
        for room in (good, holed, short, low):
            for number in range(5):
                person.posts(f"{number}", to=room)
        place.cluster.rows("DELETE FROM events WHERE seq = 3 AND room_id = (SELECT id FROM rooms WHERE name = %s) RETURNING 1", holed)
        place.cluster.rows("UPDATE rooms SET head = head + 1 WHERE name = %s RETURNING 1", short)
        place.cluster.rows("UPDATE rooms SET head = head - 2 WHERE name = %s RETURNING 1", low)
        code, findings = doctor(url=place.cluster.url())
        assert (code, findings["log"]["level"]) == (1, "failed")
        assert all(room in findings["log"]["text"] for room in (holed, short, low)) and good not in findings["log"]["text"]


def test_a_schema_that_is_behind():
    with own_cluster("doctor-behind") as cluster:
        cluster.rows("DELETE FROM schema_migrations WHERE version = (SELECT max(version) FROM schema_migrations) RETURNING 1")
        code, findings = doctor("--quick", url=cluster.url())
        assert (code, findings["schema"]["level"]) == (1, "failed")
        assert "denwa migrate up" in findings["schema"]["text"]


def test_a_schema_that_somebody_has_changed():
    with own_cluster("doctor-drift") as cluster:
        with psycopg.connect(cluster.url()) as connection:
            connection.execute("ALTER TABLE rooms ADD COLUMN mood text")
        code, findings = doctor("--quick", url=cluster.url())
        assert findings["schema"]["level"] == "attention" and "rooms.mood" in findings["schema"]["text"]
        assert code == 2


def test_a_database_that_may_forget():
    with own_cluster("doctor-forgets", {"synchronous_commit": "off"}) as cluster:
        code, findings = doctor("--quick", url=cluster.url())
        assert (code, findings["durability"]["level"]) == (1, "failed")
        # One fault does not hide the other.
        with cluster.administrator() as connection:
            connection.execute("CREATE DATABASE narrow TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
        _, findings = doctor("--quick", url=cluster.url("narrow"))
        assert (findings["encoding"]["level"], findings["durability"]["level"]) == ("failed", "failed")


def config(*words, **variables):
    return subprocess.run([binary(), "config", *words], capture_output=True, text=True, timeout=30,
                          env=clean_environment() | variables)


def test_settings_and_where_they_come_from(tmp_path):
    file = tmp_path / "denwa.json"
    file.write_text(json.dumps({"port": 4000, "signUp": "invite", "databaseURL": "postgresql://u:secret@h/d"}))
    shown = config("show", "--json", "--port", "5000", "--config", str(file), DENWA_LOG_LEVEL="debug")
    assert shown.returncode == 0, shown.stderr
    rows = {row["setting"]: row for row in map(json.loads, shown.stdout.splitlines())}
    assert rows["port"] == {"setting": "port", "value": "5000", "from": "--port"}
    assert rows["signUp"] == {"setting": "signUp", "value": "invite", "from": f"`signUp` in {file}"}
    assert rows["logLevel"]["from"] == "DENWA_LOG_LEVEL"
    assert "from" not in rows["host"]
    assert rows["databaseURL"]["value"] == "(secret)" and "secret@" not in shown.stdout
    table = config("show", "--origins", "--config", str(file)).stdout
    assert table.splitlines()[0].split() == ["SETTING", "VALUE", "FROM"] and "secret@" not in table


@pytest.mark.parametrize("words, variables, code, sentence", [
    ((), {"DATABASE_URL": "postgresql:///d"}, 0, "The settings can be used."),
    ((), {"DATABASE_URL": "postgresql:///d", "DENWA_PUBLIC_URL": "http://chat.example.com"}, 2, "public URL"),
    ((), {}, 78, "No database is named"),
    (("--port", "99999"), {"DATABASE_URL": "postgresql:///d"}, 78, "--port sets port to `99999`"),
    ((), {"DATABASE_URL": "postgresql:///d", "DENWA_PROT": "1"}, 78, "did you mean DENWA_PORT"),
    ((), {"DATABASE_URL": "postgresql:///d", "DENWA_PASSWORD_PEPPER_FILE": "/nowhere"}, 78, "/nowhere"),
])
def test_settings_are_checked(words, variables, code, sentence):
    finished = config("check", *words, **variables)
    assert finished.returncode == code and sentence in finished.stderr, finished.stderr


def test_the_manual(tmp_path):
    made = subprocess.run([binary(), "manual", tmp_path / "man1"], capture_output=True, text=True, timeout=30, env=clean_environment())
    assert made.returncode == 0 and {"denwa.1", "denwa-migrate.1", "denwa-tail.1"} <= set(made.stdout.split())
    page = (tmp_path / "man1" / "denwa-migrate.1").read_text()
    assert page.startswith('.TH "DENWA-MIGRATE" "1"') and ".SH SYNOPSIS" in page and "MIGRATE UP" in page
    assert all(not line.startswith(".") or line.split()[0] in {".TH", ".SH", ".PP", ".B", ".TP", ".nf", ".fi"}
               for line in page.splitlines())


def test_a_manual_that_cannot_be_written():
    made = subprocess.run([binary(), "manual", "/proc/denwa"], capture_output=True, text=True, timeout=30, env=clean_environment())
    assert made.returncode == 1 and "/proc/denwa cannot be written" in made.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions(shell):
    made = subprocess.run([binary(), "completions", shell], capture_output=True, text=True, timeout=30, env=clean_environment())
    assert made.returncode == 0 and "migrate" in made.stdout
    if shell == "bash":
        assert subprocess.run(["bash", "-n"], input=made.stdout, text=True, timeout=10).returncode == 0
