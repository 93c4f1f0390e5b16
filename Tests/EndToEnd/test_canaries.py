"""Secrets stay secret: of the passwords, tokens and cookies of many log-ins, nothing is in the log, in a refusal, or in a copy of
the database; and nothing that is in such a copy opens anything."""

import base64
import json
import re
from secrets import token_hex
from types import SimpleNamespace
from uuid import uuid4

import pytest
import requests

from support.accounts import addresses
from support.api import Api
from support.authenticator import Authenticator
from support.engineio import Polling, WebSocket
from support.figures import size
from support.installation import own_installation
from support.postgres import run
from support.raw import Wire, handshake_headers
from support.secrets import Canaries

# How many people do all that is possible.
FLOWS = size("CANARIES", 4)


class Listener(Api):
    """Keeps what is refused."""

    def __init__(self, house, refusals, token=None, **headers):
        super().__init__(house.url, house.world.contract, token)
        self.refusals = refusals
        self.http.headers.update(headers)

    def call(self, method, path, **request):
        answer = super().call(method, path, **request)
        if answer.status_code >= 400 or path in ("/healthz", "/readyz"):
            self.refusals.append(f"{method} {answer.headers} {answer.text}")
        return answer


class Flow:
    """Somebody who logs in and out in every way, makes every mistake, and has secrets of their own."""

    def __init__(self, house, refusals, canaries):
        self.house, self.refusals, self.canaries = house, refusals, canaries
        self.address = addresses(1)[0]
        self.handle = f"flow-{uuid4().hex[:8]}"
        self.password = canaries.password()
        self.credentials = {"handle": self.handle, "password": self.password}

    def api(self, token=None, **headers):
        return Listener(self.house, self.refusals, token, **{"X-Forwarded-For": self.address, **headers})

    def steps(self):
        """The names of what somebody does, in this order. What begins with `if_` needs a server that knows GET /v1/server."""
        known = self.api().call("GET", "/v1/server").status_code == 200
        return [name for name in vars(Flow) if name.startswith("does_") or known and name.startswith("if_")]

    def runs(self):
        for name in self.steps():
            getattr(self, name)()

    def keeps(self, answer):
        """The secrets of a log-in. Returns its token."""
        for cookie in answer.headers.get("Set-Cookie", "").split(","):
            if found := re.match(r"\s*(?:__Host-)?(denwa_\w+)=([\w-]{43})", cookie):
                self.canaries.add(f"cookie {found[1]}", found[2])
        token = answer.json()["session"].get("token")
        return token and self.canaries.add("token", token)

    def logs_in(self, api=None, **members):
        answer = (api or self.api()).call("POST", "/v1/sessions", json={**self.credentials, **members})
        assert answer.status_code == 201, answer.text
        return self.keeps(answer)

    def confirms(self, api, *act, **json):
        """What takes the password, and replaces the token."""
        body = api.confirmed(*act, **json)
        self.canaries.add("token", api.token)
        return body

    def does_sign_up(self):
        api = self.api()
        answer = api.call("POST", "/v1/accounts", json=self.credentials)
        assert answer.status_code == 201, answer.text
        self.token = self.keeps(answer)
        self.own = self.api(self.token)
        assert api.refused("POST", "/v1/accounts", json=self.credentials)[1] == "handle_taken"
        for wrong in [{"displayName": "two\nlines"}, {"session": "jwt"}, {"handle": "花子"}, {"password": self.password * 9}]:
            assert api.refused("POST", "/v1/accounts", json={**self.credentials, "handle": self.handle + "x", **wrong})[0] == 422

    def does_log_in(self):
        self.second = self.logs_in()
        self.browser = self.api()
        self.logs_in(self.browser, session="cookie")
        self.logs_in(self.browser, session="cookie")
        self.cookies = self.browser.http.cookies.get_dict()
        assert self.browser.get("/v1/me")["account"]["handle"] == self.handle

    def does_log_in_wrongly(self):
        """A wrong password, and a password where the handle should be."""
        for handle, password in [
            (self.handle, self.canaries.password("wrong password")), (self.canaries.password("password as handle"), "x"),
            (uuid4().hex, self.canaries.password("password of nobody")), (self.handle, self.canaries.password("long") * 9),
        ]:
            refused = self.api().refused("POST", "/v1/sessions", json={"handle": handle, "password": password})
            assert refused[:2] == (401, "wrong_credentials")

    def does_malformed_requests(self):
        """A secret in each of the places where programs put it by mistake."""
        secret, token = self.canaries.password("malformed"), self.second
        api = self.api()
        for body in [f'{{"handle":"a","password":"{secret}"', f'{{"password":"{secret}","password":"{secret}"}}', f'"{secret}"',
                     f'{{"password":["{secret}"],"handle":"{secret}"}}', f'{{"handle":{secret}}}', f"password={secret}"]:
            for path in ["/v1/sessions", "/v1/accounts"]:
                assert api.refused("POST", path, data=body.encode())[0] in (400, 422)
        api.refused("POST", "/v1/sessions", data=secret.encode(), headers={"Content-Type": "text/plain"})
        for path in [f"/v1/me?token={token}", f"/v1/{token}", f"/{token}", f"/v1/rooms/{token}",
                     f"/v1/sessions?password={secret}"]:
            api.refused("GET", path)
        for header in [f"Basic {token}", f"Bearer {token} {token}", token, f"Token {token}", f"Bearer {token}x"]:
            assert api.refused("GET", "/v1/me", headers={"Authorization": header})[0] == 401
        self.own.refused("POST", "/v1/rooms/lobby/messages", json={"body": secret + "\0"})
        self.own.refused("POST", "/v1/rooms/lobby/messages", json={"body": "a"}, headers={"Idempotency-Key": f"/{token}/"})
        self.own.refused("GET", f"/v1/rooms/lobby/events?after={token}")
        self.own.refused("POST", f"/v1/me/sessions/{token}/removal", json={"password": secret})
        self.own.refused("POST", "/v1/rooms", json={"name": secret})

    def does_broken_requests(self):
        """Bytes that are hardly HTTP any more."""
        token = self.second
        for text in [f"{token}\r\n\r\n", f"GET /{token}\r\n\r\n", f"GET / HTTP/1.1\r\n{token}\r\n\r\n",
                     f"POST /v1/sessions HTTP/1.1\r\nContent-Length: {token}\r\n\r\n",
                     f"GET /v1/me HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\0\r\n\r\n",
                     f"POST /v1/sessions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{token}\r\n"]:
            with Wire(self.house.port, self.house.world.contract) as wire:
                wire.write(text.encode())
                wire.tcp.shutdown(1)
                self.refusals.append(wire.reader.read().decode(errors="replace"))

    def does_sockets(self):
        world = self.house.world
        secret = self.canaries.password("on the socket")
        for headers in [{"Authorization": f"Bearer {self.second}"},
                        {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "Origin": world.url}]:
            socket = world.socket({**headers, "X-Forwarded-For": self.address}, headers.pop("Origin", None))
            socket.subscribe("lobby")
            for text in [secret, f'{{"type":"{secret}"}}', f'{{"type":"send","room":"lobby","clientId":"{secret}","body":"a"}}',
                         f'{{"type":"send","room":"{self.second}","clientId":"a","body":"a"}}', f'{{"type":"subscribe","after":"{secret}"}}',
                         f'{{"type":"subscribe","room":"lobby","after":0,"epoch":"{self.second}"}}']:
                socket.says_raw(text)
                self.refusals.append(str(socket.next("error")))
            socket.says("send", room="lobby", clientId=str(uuid4()), body="もしもし")
            socket.next("ack")
        for headers in [{"Sec_WebSocket_Protocol": f"denwa.v1, {self.second}"}, {"Sec_WebSocket_Key": self.second},
                        {"Authorization": f"Bearer {self.canaries.token()}"}, {"Origin": f"https://{self.second}"}]:
            with Wire(self.house.port, world.contract) as wire:
                answer = wire.request("GET", f"/v1/socket?token={self.second}", handshake_headers(**headers))
                self.refusals.append(f"{answer.headers} {answer.body}")
                assert answer.status >= 400
        world.end_sockets()

    def does_socketio(self):
        """By long-polling and by a WebSocket: with a token, with cookies, as a guest, as a guest who comes back, and in vain."""
        wrong = [{"token": self.canaries.token()}, {"token": [self.second]}, {"name": self.canaries.password("name") + "\u202e"},
                 {"token": self.second, "history": self.second}, {"token": self.second, "events": self.second}]
        cookies = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "Origin": self.house.url}
        for transport in (Polling, WebSocket):
            for headers, auth in [({}, {"token": self.second}), (cookies, {}), ({}, {"name": "花子"})]:
                pid = self.enters(transport, auth, **headers)
                if guest := pid.rpartition(".")[2]:
                    self.canaries.add("token of a guest", guest)
                    assert self.enters(transport, {"pid": pid, "offset": "0"}).rpartition(".")[2] == guest
            for auth in wrong:
                assert self.enters(transport, auth) is None, auth
        for path in [f"?EIO=4&transport=polling&sid={self.second[:20]}", f"?EIO=4&transport={self.second}",
                     f"?EIO=4&transport=polling&token={self.second}"]:
            answer = requests.get(f"{self.house.url}/socket.io/{path}", timeout=10, headers={"X-Forwarded-For": self.address})
            self.refusals.append(f"{answer.headers} {re.sub('sid.{30}', '', answer.text)}")

    def enters(self, transport, auth, **headers):
        """Connects to the main namespace. Returns the `pid`; None if it was refused."""
        headers["X-Forwarded-For"] = self.address
        with transport(f"{self.house.url}/socket.io/", **headers) as session:
            session.says(f"40{json.dumps(auth)}")
            answer = session.next()
            if answer.startswith("40"):
                session.says(f'42["{self.second}",{{}}]', "41")
                return json.loads(answer[2:])["pid"]
            assert answer.startswith("44"), answer
            self.refusals.append(answer)

    def does_leave_a_second_factor(self):
        """On another account, on which it stays."""
        handle, password = f"two-{self.handle}", self.canaries.password()
        answer = self.api().call("POST", "/v1/accounts", json={"handle": handle, "password": password})
        other = self.api(self.keeps(answer))
        begun = self.confirms(other, "POST", "/v1/me/second-factor", password=password)
        self.canaries.add("second factor", begun["secret"])
        for code in self.confirms(other, "PUT", "/v1/me/second-factor", code=Authenticator(begun["uri"]).code())["recoveryCodes"]:
            self.canaries.add("recovery code", code)

    def does_change_password(self):
        """In vain, and then really."""
        new = self.canaries.password("new password")
        for old, next_ in [(self.canaries.password("wrong old password"), new), (self.password, self.canaries.password("long") * 9)]:
            assert self.own.refused("PUT", "/v1/me/password", json={"oldPassword": old, "newPassword": next_})[0] in (403, 422)
        answer = self.own.call("PUT", "/v1/me/password", json={"oldPassword": self.password, "newPassword": new})
        assert answer.status_code == 200 and self.own.refused("GET", "/v1/me")[0] == 401
        self.token = self.keeps(answer)
        self.own = self.api(self.token)
        self.credentials["password"] = self.password = new
        assert self.api(self.second).refused("GET", "/v1/me")[0] == 401
        assert self.browser.refused("GET", "/v1/me")[0] == 401

    def does_log_out(self):
        token = self.logs_in()
        other = self.api(token)
        other.delete("/v1/sessions/current")
        assert other.refused("GET", "/v1/me")[0] == 401
        self.logs_in(self.browser, session="cookie")
        self.browser.delete("/v1/sessions/current")

    def does_ask_how_it_is(self):
        """With a token and with cookies."""
        self.own.http.cookies.update(self.cookies)
        assert {self.own.call("GET", path).status_code for path in ("/healthz", "/readyz")} == {200}

    def if_second_factor(self):
        """The secret of the authenticator, codes that recover, right and wrong ones."""
        asked = {"password": self.password}
        assert self.own.refused("POST", "/v1/me/second-factor", json={"password": self.canaries.password("wrong")})[0] == 403
        begun = self.confirms(self.own, "POST", "/v1/me/second-factor", **asked)
        self.canaries.add("second factor", begun["secret"])
        self.own.refused("PUT", "/v1/me/second-factor", json={"code": "000000"})
        codes = self.confirms(self.own, "PUT", "/v1/me/second-factor", code=Authenticator(begun["uri"]).code())["recoveryCodes"]
        for each in codes:
            self.canaries.add("recovery code", each)
        assert self.api().refused("POST", "/v1/sessions", json=self.credentials)[1] == "second_factor_required"
        assert self.api().refused("POST", "/v1/sessions", json={**self.credentials, "code": codes[0] + "x"})[1] == "wrong_code"
        self.logs_in(code=codes[0])
        assert self.api().refused("POST", "/v1/sessions", json={**self.credentials, "code": codes[0]})[1] == "wrong_code"
        new = self.confirms(self.own, "POST", "/v1/me/second-factor/recovery-codes", **asked, code=codes[1])["recoveryCodes"]
        for each in new:
            self.canaries.add("recovery code", each)
        self.confirms(self.own, "POST", "/v1/me/second-factor/removal", **asked, code=new[0])
        self.token = self.own.token

    def if_guests(self):
        """Whether they are let in or not, and what becomes of their tokens."""
        answer = self.api().call("POST", "/v1/guests", json={"displayName": "花子"})
        if answer.status_code == 201:
            self.api(self.keeps(answer)).refused("POST", "/v1/me/sign-up", json={"handle": self.handle, "password": self.password})

    def if_administers(self):
        """What is shown once: the code of an invitation, links to a new password, the token of a bot; all are used, two in vain."""
        query = "UPDATE accounts SET role = 'owner' WHERE handle = %s RETURNING 1"
        self.house.cluster.rows(query, self.handle)
        self.token = self.logs_in()
        self.own = owner = self.api(self.token)
        code = self.canaries.add("invitation", owner.post("/v1/admin/invitations", uses=1)["code"])
        for status in (201, 403):
            body = {"handle": f"new-{uuid4().hex[:8]}", "password": self.canaries.password(), "invitation": code}
            answer = self.api().call("POST", "/v1/accounts", json=body)
            assert answer.status_code == status, answer.text
            if status == 201:
                self.keeps(answer)
        path = f"/v1/admin/accounts/{body['handle'].replace('new', 'made')}"
        first = owner.post("/v1/admin/accounts", handle=path.rpartition("/")[2])["passwordReset"]["link"]
        second = owner.done("POST", f"{path}/password-reset")["link"]
        for link, status in [(first, 403), (second, 200), (second, 403)]:
            token = self.canaries.add("link", link.rpartition("=")[2])
            body = {"token": token, "newPassword": self.canaries.password("of a link")}
            assert self.api().call("POST", "/v1/password-resets", json=body).status_code == status
        bot = f"bot-{uuid4().hex[:8]}"
        owner.post("/v1/admin/accounts", handle=bot, role="bot")
        made = owner.post(f"/v1/admin/accounts/{bot}/tokens", name="x", scopes=["read"])
        token = self.canaries.add("token of a bot", made["token"]["token"])
        assert self.api(token).refused("POST", "/v1/rooms", json={"name": bot})[0] == 403

    def if_codes_of_nobody(self):
        """Invitations and links to a new password that nobody has made."""
        code = self.canaries.token("invitation")
        self.api().call("POST", "/v1/accounts", json={**self.credentials, "invitation": code})
        assert self.api().refused("POST", "/v1/password-resets", json={
            "token": self.canaries.token("reset"), "newPassword": self.canaries.password("after the reset")})[1] == "link_not_valid"
        self.own.call("POST", "/v1/admin/invitations", json={"uses": 1, "room": code})


@pytest.fixture(scope="module")
def canaries():
    return Canaries()


@pytest.fixture(scope="module")
def house(contract, canaries, tmp_path_factory):
    """It logs all that it can, and so does its database. Its pepper is a secret as well."""
    pepper = tmp_path_factory.mktemp("pepper") / "pepper"
    pepper.write_text(canaries.add("pepper", token_hex(32)))
    options = ["--log-level", "trace", "--guests", "--password-pepper-file", str(pepper)]
    with own_installation("canaries", contract, options, {"log_statement": "all"}) as house:
        yield house


@pytest.fixture(scope="module")
def course(house, canaries):
    """After all flows: what was refused, what is in the database, and the last flow, whose sessions are open."""
    course = SimpleNamespace(canaries=canaries, refusals=[])
    for _ in range(FLOWS):
        course.last = Flow(house, course.refusals, course.canaries)
        course.last.runs()
    course.dump = run("pg_dump", f"--dbname={house.cluster.url()}").decode()
    return course


def test_the_search_finds_what_is_there(course):
    """Each in each form; or the other tests would show nothing."""
    secrets = [course.canaries.password(), course.canaries.token()]
    for secret in secrets:
        for text in [secret, base64.b64encode(secret.encode()).decode(), secret.encode().hex(), secret.upper()]:
            assert course.canaries.hits(f"x{text}x"), text
    assert course.canaries.hits(f"\\x{base64.urlsafe_b64decode(secrets[1] + '=').hex()}")
    for secret in secrets:
        del course.canaries.secrets[secret]


@pytest.mark.parametrize("place", ["the server's log", "the answers", "the copy of the database", "PostgreSQL's log"])
def test_no_secret_is_anywhere(house, course, place):
    texts = {
        "the server's log": lambda: house.log.read_text(),
        "the answers": lambda: "\n".join(course.refusals),
        "the copy of the database": lambda: course.dump,
        "PostgreSQL's log": lambda: house.cluster.log.read_text(),
    }
    text = texts[place]()
    assert course.last.handle in text or place == "the server's log"
    hits = course.canaries.hits(text)
    print(f"{len(course.canaries.secrets)} secrets of {FLOWS} people: {len(hits)} hits in {len(text) / 1e6:.1f} MB of {place}")
    assert not hits, hits[:10]


def spellings(data):
    """What somebody might try who has found these bytes."""
    return [base64.urlsafe_b64encode(data).decode().rstrip("="), base64.b64encode(data).decode(), data.hex(), f"\\x{data.hex()}",
            base64.urlsafe_b64encode(data.hex().encode()).decode().rstrip("=")]


def found(dump):
    """Every value of bytes in the copy."""
    return sorted({bytes.fromhex(text) for text in re.findall(r"\\\\?x((?:[0-9a-f]{2})+)", dump)})


def test_without_a_pepper_the_secrets_of_apps_can_be_read(contract):
    """And nothing else; the operator is told. So the search above does find what is there."""
    with own_installation("canaries-plain", contract, ["--log-level", "trace", "--guests"], {"log_statement": "all"}) as house:
        flow = Flow(house, [], Canaries())
        flow.runs()
        dump = run("pg_dump", f"--dbname={house.cluster.url()}").decode()
        assert {what for what, _ in flow.canaries.hits(dump)} == {"second factor"}
        # With what binds them to their account they are in no log either: values are no part of a statement.
        assert not flow.canaries.hits(house.log.read_text())
        house.restarts()
        assert "There is no pepper, so the secrets of authenticator apps" in house.log.read_text()


def test_nothing_of_a_copy_logs_in(house, course):
    """As a token, as the cookie of a session, and as that of a device where a session's should be."""
    values = found(course.dump)
    assert len([value for value in values if len(value) == 32]) > 5 * FLOWS
    http, tried = requests.Session(), 0
    for text in (text for value in values for text in spellings(value)):
        for headers in [{"Authorization": f"Bearer {text}"}, {"Cookie": f"denwa_session={text}"},
                        {"Cookie": f"__Host-denwa_session={text}; denwa_device={text}"}]:
            status = http.get(house.url + "/v1/me", headers=headers, timeout=10).status_code
            assert status == 401, headers
            tried += 1
    print(f"{len(values)} values of the copy, presented {tried} times: 0 accepted")


def test_nothing_of_a_copy_is_a_link(house, course):
    """Neither to a new password nor an invitation."""
    api = house.world.api()
    texts = [text for value in found(course.dump) if len(value) == 32 for text in spellings(value)]
    for text in texts:
        reset = {"token": text, "newPassword": course.canaries.password("of a stranger")}
        assert api.call("POST", "/v1/password-resets", json=reset).status_code in (403, 422, 429)
        sign_up = {"handle": course.last.handle, "password": course.last.password, "invitation": text}
        assert api.call("POST", "/v1/accounts", json=sign_up).status_code in (403, 409, 422, 429)
    print(f"{len(texts)} spellings of what is in the copy: 0 accepted as a link")


def test_no_cookie_of_a_device_logs_in(house, course):
    devices = [text for text, what in course.canaries.secrets.items() if what == "cookie denwa_device"]
    assert len(devices) >= FLOWS
    for text in devices:
        for headers in [{"Authorization": f"Bearer {text}"}, {"Cookie": f"denwa_session={text}"}]:
            assert house.world.api().refused("GET", "/v1/me", headers=headers)[0] == 401


def test_nothing_of_a_copy_is_a_known_device(house, course):
    """Somebody guesses until strangers have to wait. Then the owner's browser gets in, and what the database has of it does not."""
    flow = course.last
    for address in addresses(5):
        for _ in range(5):
            flow.address = address
            flow.api().call("POST", "/v1/sessions", json={**flow.credentials, "password": "not the password"})
    query = "SELECT token_hash FROM devices d JOIN accounts a ON a.id = d.account_id WHERE a.handle = %s"
    hashes = [bytes(value) for value, in house.cluster.rows(query, flow.handle)]
    assert hashes
    for text in (text for value in hashes for text in spellings(value)):
        flow.address = addresses(1)[0]
        assert flow.api(Cookie=f"denwa_device={text}").call("POST", "/v1/sessions", json=flow.credentials).status_code == 429
    # The one from before the password was changed is not known any more.
    flow.address = addresses(1)[0]
    former = flow.cookies["denwa_device"]
    assert flow.api(Cookie=f"denwa_device={former}").call("POST", "/v1/sessions", json=flow.credentials).status_code == 429
    flow.address = addresses(1)[0]
    device = flow.browser.http.cookies["denwa_device"]
    assert flow.api(Cookie=f"denwa_device={device}").call("POST", "/v1/sessions", json=flow.credentials).status_code == 201
