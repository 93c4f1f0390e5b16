"""The two API documents as judges: every answer and every frame that the suite sees is held against them."""

import json
import re
from collections import Counter
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

DOCS = Path(__file__).resolve().parents[3] / "docs"


class Document:
    """A YAML document whose local references can be replaced by what they name."""

    def __init__(self, name):
        self.text = (DOCS / name).read_text()
        self.tree = yaml.safe_load(self.text)

    def at(self, reference):
        node = self.tree
        for part in reference.removeprefix("#/").split("/"):
            node = node[part.replace("~1", "/").replace("~0", "~")]
        return node

    def expanded(self, node):
        if isinstance(node, list):
            return [self.expanded(item) for item in node]
        if not isinstance(node, dict):
            return node
        rest = {key: self.expanded(value) for key, value in node.items() if key != "$ref"}
        if "$ref" not in node:
            return rest
        target = self.expanded(self.at(node["$ref"]))
        return {"allOf": [target], **rest} if rest else target


def parse(text):
    """Strict JSON: no member twice, no NaN."""
    return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)


def _unique(pairs):
    assert len({name for name, _ in pairs}) == len(pairs), f"a member occurs twice: {pairs}"
    return dict(pairs)


def _refuse(word):
    raise AssertionError(f"{word} is not JSON")


def demand(validator, value, what):
    error = best_match(validator.iter_errors(value))
    assert error is None, f"{what} is not as documented: {error.message} at {error.json_path} in {value!r:.400}"


class HTTPContract:
    """docs/openapi.yaml."""

    def __init__(self):
        document = Document("openapi.yaml")
        tree = document.expanded(document.tree)
        self.operations = [
            (_pattern(path), {method: item[method] for method in ("get", "put", "post", "delete") if method in item})
            for path, item in sorted(tree["paths"].items(), key=lambda entry: ("{" in entry[0], entry[0]))
        ]
        common = tree["components"]["responses"]
        self.undocumented = {"responses": {
            "401": common["NotAuthenticated"], "404": common["NotFound"], "405": common["MethodNotAllowed"]}}
        self.plain_text = common["TLSRequired"]
        self.validators = {}
        self.seen = Counter()

    def check(self, method, path, status, headers, body, sent=None):
        """Demands that an answer is documented. `headers` is a mapping that ignores case; `body` is bytes."""
        what = f"{method} {path} → {status}"
        operation = self._operation(method, path.partition("?")[0])
        response = operation["responses"].get(str(status))
        if status == 403 and b"tls_required" in body:
            response = self.plain_text
        assert response, f"{what} is not documented; it says {body[:300]!r}"
        self.seen[operation.get("operationId", "undocumented"), status] += 1
        self._check_headers(response, headers, what)
        if method != "HEAD":
            self._check_body(response, headers, body, status, what)
        if sent is not None and status < 300:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            demand(self._validator(schema), sent, f"the accepted body of {what}")

    def _operation(self, method, path):
        method = "get" if method == "HEAD" else method.lower()
        for pattern, methods in self.operations:
            if pattern.fullmatch(path):
                return methods.get(method, self.undocumented)
        return self.undocumented

    def _check_headers(self, response, headers, what):
        for name, description in response.get("headers", {}).items():
            value = headers.get(name)
            assert value is not None or not description.get("required"), f"{what} lacks {name}"
            if value is not None:
                schema = description["schema"]
                typed = int(value) if schema.get("type") == "integer" else value
                demand(self._validator(schema), typed, f"{name} of {what}")

    def _check_body(self, response, headers, body, status, what):
        content = response.get("content")
        if not content:
            assert not body, f"{what} has a body: {body[:300]!r}"
            return
        media_type = headers.get("Content-Type", "").partition(";")[0].strip()
        assert media_type in content, f"{what} comes as {media_type!r}"
        if not media_type.endswith("json"):
            return
        value = parse(body.decode())
        demand(self._validator(content[media_type]["schema"]), value, what)
        if media_type == "application/problem+json":
            assert value["status"] == status and value["type"] == f"urn:denwa:error:{value['code']}", value

    def _validator(self, schema):
        return self.validators.setdefault(id(schema), Draft202012Validator(schema))


def _pattern(path):
    return re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)))


class SocketContract:
    """docs/asyncapi.yaml."""

    def __init__(self):
        document = Document("asyncapi.yaml")
        tree = document.expanded(document.tree)
        self.close_codes = set(tree["channels"]["socket"]["x-close-codes"])
        operations = tree["operations"].values()
        taken = [message for operation in operations if operation["action"] == "receive" for message in operation["messages"]]
        given = [message for operation in operations if operation["action"] == "send" for message in operation["messages"]]
        given += [message for operation in operations for message in operation.get("reply", {}).get("messages", [])]
        self.commands = {message["name"]: Draft202012Validator(message["payload"]) for message in taken}
        self.frames = {message["name"]: Draft202012Validator(message["payload"]) for message in given}
        self.sent, self.received = Counter(), Counter()

    def command(self, frame):
        """Demands that a frame from us is documented."""
        demand(self.commands[frame["type"]], frame, "the command")
        self.sent[frame["type"]] += 1
        return frame

    def frame(self, text):
        """Demands that a text frame from the server is documented, and parses it."""
        frame = parse(text)
        assert frame.get("type") in self.frames, f"there is no such frame: {text:.300}"
        demand(self.frames[frame["type"]], frame, f"the frame {frame['type']}")
        self.received[frame["type"]] += 1
        return frame

    def close(self, code):
        assert code in self.close_codes, f"the close code {code} is not documented"
        return code


class Contract:
    """Both documents, and how often they were asked."""

    def __init__(self):
        self.http = HTTPContract()
        self.socket = SocketContract()

    @property
    def counts(self):
        """What was seen, as plain values that another process can add."""
        return [dict(counter) for counter in self._counters]

    def add(self, counts):
        for counter, more in zip(self._counters, counts):
            counter.update(more)

    @property
    def _counters(self):
        return self.http.seen, self.socket.sent, self.socket.received

    @property
    def totals(self):
        http, socket = self.http.seen.total(), self.socket
        return (
            f"{http} HTTP answers, {socket.received.total()} frames received and {socket.sent.total()} frames sent"
            " are as docs/openapi.yaml and docs/asyncapi.yaml say"
        )
