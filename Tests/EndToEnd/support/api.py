"""The HTTP door. Every answer is held against docs/openapi.yaml."""

import json as codec
from urllib.parse import urlsplit

import requests

from support.contract import parse


class Api:
    def __init__(self, base, contract, token=None):
        self.base = base
        self.contract = contract
        self.http = requests.Session()
        self.http.trust_env = False
        self.token = token
        if token:
            self.goes_on({"token": token})

    def call(self, method, path, json=None, data=None, headers=None):
        """`json` is a value, `data` is bytes that are sent as JSON whatever they hold."""
        headers = dict(headers or {})
        if json is not None:
            data = codec.dumps(json).encode()
        if data is not None:
            headers.setdefault("Content-Type", "application/json")
        answer = self.http.request(method, self.base + path, data=data, headers=headers, timeout=20, allow_redirects=False)
        path = urlsplit(answer.request.url).path
        self.contract.http.check(method, path, answer.status_code, answer.headers, answer.content, sent=json)
        return answer

    def done(self, method, path, **request):
        """The body of an answer that must be a success."""
        answer = self.call(method, path, **request)
        assert answer.status_code < 300, f"{method} {path} → {answer.status_code} {answer.text}"
        return parse(answer.text) if answer.content else None

    def refused(self, method, path, **request):
        """Status, code and field of an answer that must be a refusal."""
        answer = self.call(method, path, **request)
        assert answer.status_code >= 400, f"{method} {path} → {answer.status_code} {answer.text}"
        problem = answer.json()
        return answer.status_code, problem["code"], problem.get("field")

    def confirmed(self, method, path, **json):
        """The body of the answer to an act that took the password; goes on with the session that came with it."""
        body = self.done(method, path, json=json)
        self.goes_on(body["session"])
        return body

    def goes_on(self, session):
        """With its token; that of a cookie is in the browser already."""
        if self.token:
            self.token = session["token"]
            self.http.headers["Authorization"] = f"Bearer {self.token}"

    def get(self, path):
        return self.done("GET", path)

    def post(self, path, **json):
        return self.done("POST", path, json=json)

    def put(self, path, **json):
        return self.done("PUT", path, json=json or None)

    def delete(self, path):
        return self.done("DELETE", path)
