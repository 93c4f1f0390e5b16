"""Bad input over HTTP: each has its code, names its field, and harms nobody else."""

from uuid import uuid4

import pytest

from support import malformed
from support.person import PASSWORD


def valid(operation):
    handle = f"h{uuid4().hex[:12]}"
    return {
        "/v1/accounts": {"handle": handle, "password": PASSWORD, "displayName": "花子", "session": "bearer"},
        "/v1/sessions": {"handle": handle, "password": PASSWORD, "session": "bearer"},
        "/v1/rooms": {"name": handle, "title": "Tea"},
        "/v1/rooms/lobby/messages": {"clientId": handle, "body": "hi"},
    }[operation]


OPERATIONS = ["/v1/accounts", "/v1/sessions", "/v1/rooms", "/v1/rooms/lobby/messages"]
MEMBERS = [(operation, member) for operation in OPERATIONS for member in valid(operation)]
OPTIONAL = ["displayName", "session", "title"]
VALUES = {
    ("/v1/accounts", "handle"): malformed.HANDLES,
    ("/v1/accounts", "password"): malformed.PASSWORDS,
    ("/v1/accounts", "displayName"): malformed.DISPLAY_NAMES,
    ("/v1/accounts", "session"): malformed.DELIVERIES,
    ("/v1/sessions", "session"): malformed.DELIVERIES,
    ("/v1/rooms", "name"): malformed.ROOM_NAMES,
    ("/v1/rooms", "title"): malformed.TITLES,
    ("/v1/rooms/lobby/messages", "clientId"): malformed.CLIENT_IDS,
    ("/v1/rooms/lobby/messages", "body"): malformed.BODIES,
}


@pytest.fixture(autouse=True)
def nobody_is_harmed(bystander):
    yield
    bystander.is_unharmed()


@pytest.fixture(scope="module")
def sender(world):
    return world.person("sender").api


@pytest.mark.parametrize("case", malformed.TEXTS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_malformed_json(sender, operation, case):
    assert sender.refused("POST", operation, data=malformed.TEXTS[case].encode()) == (400, "malformed_json", None)


@pytest.mark.parametrize("case", malformed.BYTES)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_not_utf8(sender, operation, case):
    assert sender.refused("POST", operation, data=malformed.BYTES[case]) == (400, "malformed_json", None)


@pytest.mark.parametrize("case", malformed.NOT_STRINGS)
@pytest.mark.parametrize("operation, member", MEMBERS)
def test_wrong_type(sender, operation, member, case):
    body = malformed.with_raw(valid(operation), member, malformed.NOT_STRINGS[case]).encode()
    assert sender.refused("POST", operation, data=body) == (422, "invalid_field", member)


@pytest.mark.parametrize("operation, member", [each for each in MEMBERS if each[1] not in OPTIONAL])
def test_missing(sender, operation, member):
    body = valid(operation)
    del body[member]
    assert sender.refused("POST", operation, json=body) == (422, "invalid_field", member)
    body[member] = None
    assert sender.refused("POST", operation, json=body) == (422, "invalid_field", member)


@pytest.mark.parametrize("operation, member, value", [(*where, value) for where, values in VALUES.items() for value in values])
def test_out_of_bounds(sender, operation, member, value):
    body = {**valid(operation), member: value}
    assert sender.refused("POST", operation, json=body) == (422, "invalid_field", member)


@pytest.mark.parametrize("case", [*malformed.NOT_COUNTS, "null", "missing"])
def test_bad_read_markers(sender, case):
    raw = {**malformed.NOT_COUNTS, "null": "null"}
    body = malformed.with_raw({}, "seq", raw[case]) if case in raw else "{}"
    assert sender.refused("PUT", "/v1/rooms/lobby/read", data=body.encode()) == (422, "invalid_field", "seq")


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("media_type", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx", "json"])
def test_wrong_media_type(sender, operation, media_type):
    refused = sender.refused("POST", operation, data=b"{}", headers={"Content-Type": media_type})
    assert refused == (415, "unsupported_media_type", None)


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "Application/JSON", "application/json ;charset=UTF-8"])
def test_media_types_that_are_json(sender, media_type):
    path = "/v1/rooms/lobby/messages"
    assert sender.call("POST", path, data=b'{"clientId":"a","body":"a"}', headers={"Content-Type": media_type}).ok


@pytest.mark.parametrize("operation", OPERATIONS)
def test_too_large(sender, operation):
    assert sender.refused("POST", operation, data=b"{}" + b" " * 65_535) == (413, "body_too_large", None)
    assert sender.refused("POST", operation, data=b'{"a":"' + b"x" * 200_000 + b'"}') == (413, "body_too_large", None)


def test_just_not_too_large(sender):
    body = b'{"clientId":"%s","body":"hi"}' % uuid4().hex.encode()
    assert sender.call("POST", "/v1/rooms/lobby/messages", data=body.ljust(65_536)).status_code == 201


def test_what_is_unknown_is_ignored(sender):
    extra = {"future": {"a": [1, 2.5, -1e300, None, True]}, "type": "send", "": ""}
    assert sender.post("/v1/rooms/lobby/messages", **valid("/v1/rooms/lobby/messages"), **extra)


@pytest.mark.parametrize("method, path, status, code", [
    ("GET", "/v1/nothing", 404, "not_found"), ("GET", "/v1", 404, "not_found"), ("POST", "/v1/rooms/lobby", 405, "method_not_allowed"),
    ("GET", "/nothing.js", 404, "not_found"), ("GET", "/../Package.swift", 404, "not_found"), ("GET", "/%2e%2e/Package.swift", 404, "not_found"),
    ("GET", "/v1/accounts", 405, "method_not_allowed"), ("PUT", "/v1/rooms", 405, "method_not_allowed"),
    ("PATCH", "/v1/me", 405, "method_not_allowed"), ("POST", "/v1/socket", 405, "method_not_allowed"),
    ("DELETE", "/v1/rooms/lobby/events", 405, "method_not_allowed"), ("POST", "/healthz", 405, "method_not_allowed"),
])
def test_paths_and_methods_that_are_not_there(sender, method, path, status, code):
    assert sender.refused(method, path) == (status, code, None)


def test_heads_have_no_body(sender):
    for path in ["/", "/healthz", "/v1/me", "/v1/rooms"]:
        assert sender.call("HEAD", path).content == b""
