"""Secrets that go into hashes and seals: they are changed while people go on logging in."""

from contextlib import contextmanager

import pytest

from support.authenticator import Authenticator
from support.installation import installed
from support.person import PASSWORD
from support.postgres import own_cluster
from support.processes import OUTPUT


@pytest.fixture
def house(contract, tmp_path):
    """Runs the server again and again on the same database, with peppers and other settings."""
    with own_cluster("peppers") as cluster:
        yield House(cluster, contract, tmp_path)


class House:
    def __init__(self, cluster, contract, folder):
        self.cluster, self.contract, self.folder = cluster, contract, folder

    def file(self, pepper):
        path = self.folder / pepper
        path.write_text(f"{pepper}, a secret of some length")
        return str(path)

    @contextmanager
    def runs(self, pepper=None, old=(), options=()):
        options = list(options)
        if pepper:
            options += ["--password-pepper-file", self.file(pepper)]
        if old:
            options += ["--password-old-pepper-files", ",".join(self.file(each) for each in old)]
        name = f"peppers-{pepper}"
        (OUTPUT / f"{name}.server.log").unlink(missing_ok=True)
        with installed(name, self.cluster, self.contract, options) as server:
            yield server

    def hash_of(self, person):
        return self.cluster.rows("SELECT password_hash FROM accounts WHERE handle = %s", person.handle)[0][0]

    def secret_of(self, person):
        query = "SELECT secret FROM second_factors f JOIN accounts a ON a.id = f.account_id WHERE a.handle = %s"
        return self.cluster.rows(query, person.handle)[0][0]


def log_in(server, person, **more):
    return server.api.call("POST", "/v1/sessions", json={"handle": person.handle, "password": PASSWORD, **more}).status_code


def test_a_weak_hash_is_replaced_at_the_next_log_in(house):
    """Nobody notices, and a wrong password replaces nothing."""
    with house.runs() as server:
        alice = server.world.person("alice")
    assert house.hash_of(alice).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    with house.runs(options=["--password-memory", "24576", "--password-passes", "3"]) as server:
        weak = house.hash_of(alice)
        assert server.api.refused("POST", "/v1/sessions", json={"handle": alice.handle, "password": "wrong"})[0] == 401
        assert house.hash_of(alice) == weak
        assert log_in(server, alice) == 201
        strong = house.hash_of(alice)
        assert strong.startswith("$argon2id$v=19$m=24576,t=3,p=1$")
        assert log_in(server, alice) == 201 and house.hash_of(alice) == strong
        # The session that was begun in between goes on.
        assert server.world.api(alice.token).get("/v1/me")["account"] == alice.account


def protected(server, name):
    """Somebody with an authenticator app, and the app."""
    person = server.world.person(name)
    app = Authenticator(person.api.confirmed("POST", "/v1/me/second-factor", password=PASSWORD)["uri"])
    person.codes = person.api.confirmed("PUT", "/v1/me/second-factor", code=app.code())["recoveryCodes"]
    return person, app


def test_a_pepper_is_changed(house):
    """Whoever logs in while the old one is there needs only the new one after that, with the second factor too."""
    with house.runs("first") as server:
        alice, app = protected(server, "alice")
        bob, _ = protected(server, "bob")
        carol, carols_app = protected(server, "carol")
    first = house.hash_of(alice), house.secret_of(alice)
    with house.runs("second", old=["first"]) as server:
        assert log_in(server, alice, code="000000") == 403
        assert house.secret_of(alice) == first[1], "a wrong code changes nothing"
        assert log_in(server, alice, code=app.code()) == 201
        assert log_in(server, bob, code=bob.codes[0]) == 201
    assert (house.hash_of(alice).count(",keyid="), house.hash_of(alice) == first[0]) == (1, False)
    with house.runs("second") as server:
        assert log_in(server, alice, code=app.code()) == 201
        assert log_in(server, bob, code=bob.codes[1]) == 201
        # Carol has not logged in meanwhile: the log says what is missing.
        assert log_in(server, carol, code=carols_app.code()) == 500
        assert "passwordOldPepperFiles" in server.log.read_text()
    with house.runs("second", old=["first"]) as server:
        assert log_in(server, carol, code=carols_app.code()) == 201


def test_a_first_pepper_seals_what_was_plain(house):
    with house.runs() as server:
        alice, app = protected(server, "alice")
        assert house.secret_of(alice) == b"\0" + app.secret
    with house.runs() as server:
        assert "There is no pepper, so the secrets of authenticator apps" in server.log.read_text()
    with house.runs("first") as server:
        assert log_in(server, alice, code=app.code()) == 201
        assert app.secret not in house.secret_of(alice) and house.secret_of(alice)[0] == 1
        assert "There is no pepper" not in server.log.read_text()
