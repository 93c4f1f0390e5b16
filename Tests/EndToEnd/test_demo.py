"""The demo's passwords are public: it stays on this machine, and whoever takes it elsewhere is told."""

import subprocess

import pytest

from support.commands import run
from support.installation import installed
from support.postgres import own_cluster
from support.processes import binary, clean_environment

PASSWORD = "denwa demo password"
WARNING = "The demo's published password opens these accounts: "


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "chat.example.com"])
def test_the_demo_listens_on_this_machine_only(host, tmp_path):
    """It refuses before it makes anything."""
    command = [binary(), "dev", "--port", "0", "--folder", str(tmp_path / "chat")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=clean_environment() | {"DENWA_HOST": host}) as child:
        try:
            child.wait(10)
        finally:
            child.terminate()
        said = child.stderr.read()
    assert child.returncode == 78 and f"sets host to `{host}`" in said, said
    assert not (tmp_path / "chat").exists()


@pytest.fixture
def demo(contract):
    """A database with the demo in it."""
    with own_cluster("demo") as cluster:
        assert run("seed", "--database-url", cluster.url(), database=False).returncode == 0
        yield cluster


def account(cluster, *arguments):
    finished = run("account", *arguments, "--database-url", cluster.url(), database=False)
    assert finished.returncode == 0, finished.stderr


def test_serving_the_demo_is_warned_about(demo, contract):
    """Until the accounts are disabled, or have another password."""
    account(demo, "role", "hanako", "owner")
    with installed("demo", demo, contract) as server:
        assert WARNING + "hanako (an owner), taro, alice, ken, yuki, emma." in server.log.read_text()
        session = server.api.post("/v1/sessions", handle="taro", password=PASSWORD)["session"]
        server.world.api(session["token"]).put(
            "/v1/me/password", oldPassword=PASSWORD, newPassword="tea before the sunrise")
    for handle in ("hanako", "alice", "ken", "yuki"):
        account(demo, "disable", handle)
    # Hashing it again does not hide it.
    with installed("demo-again", demo, contract, ["--password-memory", "24576"]) as server:
        assert WARNING + "emma." in server.log.read_text()
        server.api.post("/v1/sessions", handle="emma", password=PASSWORD)
    account(demo, "disable", "emma")
    with installed("demo-no-more", demo, contract) as server:
        assert WARNING not in server.log.read_text()


def test_others_who_have_such_a_handle_are_not(contract):
    with own_cluster("no-demo") as cluster, installed("no-demo", cluster, contract) as server:
        server.api.post("/v1/accounts", handle="alice", password="tea before the sunrise")
        server.restarts()
        assert WARNING not in server.log.read_text()
