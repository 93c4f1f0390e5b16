"""What each answer says that it is."""

import re

import pytest

FILES = {"/": "text/html; charset=utf-8", "/app.js": "text/javascript; charset=utf-8", "/icon.svg": "image/svg+xml"}


@pytest.fixture(scope="module")
def page(world):
    return world.api().http.get(world.url + "/", timeout=10).text


@pytest.mark.parametrize("path", FILES)
def test_text_says_its_charset(world, path):
    answer = world.api().http.get(world.url + path, timeout=10)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].lower().replace("image/svg+xml; charset=utf-8", "image/svg+xml") == FILES[path]


def test_every_file_of_the_client_says_its_charset(world, page):
    """All that the page loads, and what that loads."""
    http, todo, seen = world.api().http, re.findall(r'(?:src|href)="(/[\w./-]+)"', page), set()
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = http.get(world.url + path, timeout=10)
        kind = answer.headers["Content-Type"].lower()
        assert answer.status_code == 200 and ("charset=utf-8" in kind or not kind.startswith("text/")), (path, kind)
        todo += ["/" + name for name in re.findall(r'from "\./([\w-]+\.js)"', answer.text)]
    assert len(seen) > 20


@pytest.mark.parametrize("path, kind", [
    ("/healthz", "application/json"), ("/v1/server", "application/json"), ("/v1/me", "application/problem+json"),
    ("/v1/nothing", "application/problem+json"),
])
def test_json_has_no_charset(world, path, kind):
    """It is always UTF-8 (RFC 8259, 8.1), and the parameter has no meaning there."""
    assert world.api().http.get(world.url + path, timeout=10).headers["Content-Type"] == kind
