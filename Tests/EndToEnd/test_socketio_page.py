"""The pages of examples/socket-io in browsers, on an origin of their own: nothing is lost or doubled, whatever goes away."""

import json
import subprocess
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest
import socketio
from playwright.sync_api import expect

from support.browser import TOLERATED
from support.installation import own_installation
from support.processes import OUTPUT, clean_environment, free_port
from support.socketio_bundle import bundle, site
from support.tcp_proxy import Cable

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "socket-io"
AWAY = 300


def page_without_a_build_step(url, _):
    files = {f"/{name}": (EXAMPLE / name).read_bytes() for name in ("chat.js", "chat.css")}
    assert files["/chat.js"].count(b"http://localhost:3001") == 1
    files["/chat.js"] = files["/chat.js"].replace(b"http://localhost:3001", url.encode())
    return {**files, "/": (EXAMPLE / "index.html").read_bytes()}


MAIN = """
    import {{ StrictMode }} from "react";
    import {{ createRoot }} from "react-dom/client";
    import ChatComponent from {component};
    createRoot(document.querySelector("#root")).render(<StrictMode><ChatComponent url={url} /></StrictMode>);
"""
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Chat</title><link rel="stylesheet" href="chat.css"><div id="root"></div><script src="main.js"></script></html>"""


def page_with_the_component(url, folder):
    """As a development server shows it: React's strict mode mounts everything twice."""
    main = MAIN.format(component=json.dumps(str(EXAMPLE / "ChatComponent.tsx")), url="{" + json.dumps(url) + "}")
    script = subprocess.run(
        ["esbuild", "--bundle", "--loader=tsx", "--jsx=automatic", f"--alias:socket.io-client={bundle()}",
         '--define:process.env.NODE_ENV="development"', "--log-level=warning"],
        input=main.encode(), cwd=folder, env=clean_environment() | {"NODE_PATH": "/usr/share/nodejs"},
        check=True, timeout=60, stdout=subprocess.PIPE).stdout
    return {"/": PAGE.encode(), "/main.js": script, "/chat.css": (EXAMPLE / "chat.css").read_bytes()}


KINDS = {"page": page_without_a_build_step, "component": page_with_the_component}


class Ports:
    """Of the two sites, and of what is between the first and the server."""

    def __init__(self):
        self.near, self.far, self.cable = free_port(), free_port(), free_port()
        self.origins = f"http://localhost:{self.near},http://localhost:{self.far}"


@pytest.fixture(scope="module")
def own_ports():
    return Ports()


@pytest.fixture(scope="module")
def own(contract, own_ports):
    with own_installation("socketio-page", contract, ["--allowed-origins", own_ports.origins, "--guests"]) as own:
        yield own


@pytest.fixture
def cable(own, own_ports):
    with Cable(own_ports.cable, own.port) as cable:
        yield cable


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


class Guest:
    """Somebody at the page, in a browser profile of their own."""

    def __init__(self, browser, origin, **options):
        self.complaints = []
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._on_console)
        self.page.goto(origin)
        self.is_connected()

    def _on_console(self, message):
        if message.type in ("error", "warning") and not any(text in message.text for text in TOLERATED):
            self.complaints.append(message.text)

    def is_connected(self):
        expect(self.page.get_by_role("status")).to_have_text("Connected", timeout=30_000)

    def is_cut_off(self):
        expect(self.page.get_by_role("status")).to_contain_text("trying again", timeout=30_000)

    def says(self, text):
        self.page.get_by_label("Message", exact=True).fill(text)
        self.page.get_by_role("button", name="Send").click()

    def sees(self, text):
        """Once, and last."""
        self.is_last(text)
        expect(self.page.get_by_role("log").get_by_text(text, exact=True)).to_have_count(1)

    def is_last(self, text):
        expect(self.page.get_by_role("listitem").last).to_have_text(text, timeout=30_000)

    def messages(self):
        return self.page.get_by_role("listitem").all_inner_texts()

    def photographs(self, name):
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
        expect(self.page.get_by_role("listitem").last).to_be_in_viewport()
        OUTPUT.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=OUTPUT / f"socketio-{name}.png")

    def ends(self):
        self.context.close()
        assert self.complaints == []


@pytest.fixture
def guests(browser, own, own_ports, cable, kind, tmp_path):
    """Opens the page; `near` is the one whose cable can be pulled."""
    opened = []
    with ExitStack() as stack:
        origins = {
            "near": stack.enter_context(site(own_ports.near, KINDS[kind](f"http://localhost:{own_ports.cable}", tmp_path))),
            "far": stack.enter_context(site(own_ports.far, KINDS[kind](own.url, tmp_path)))}

        def open_one(where, **options):
            opened.append(Guest(browser, origins[where], **options))
            return opened[-1]

        yield open_one
        for guest in opened:
            guest.ends()


def test_nothing_is_lost_or_doubled(own, guests, cable):
    """The server is killed, and one browser is away for the time of 300 messages."""
    hana, ken, writer = guests("near"), guests("far"), own.world.person("writer")
    greeting = f"もしもし {uuid4()}"
    hana.says(greeting)
    for guest in (hana, ken):
        guest.sees(greeting)

    own.kill()
    hana.is_cut_off()
    written = f"written without a server {uuid4()}"
    hana.says(written)
    own.start()
    for guest in (hana, ken):
        guest.is_connected()
        guest.sees(written)

    cable.pull()
    hana.is_cut_off()
    mark = str(uuid4())
    writer.fills("lobby", AWAY, body="meanwhile {} " + mark)
    ken.sees(f"meanwhile {AWAY - 1} {mark}")
    cable.plug_in()
    hana.is_connected()
    hana.sees(f"meanwhile {AWAY - 1} {mark}")
    ken.says(f"welcome back {mark}")
    for guest in (hana, ken):
        guest.sees(f"welcome back {mark}")

    messages = hana.messages()
    assert messages == ken.messages()
    expected = [greeting, written, *(f"meanwhile {number} {mark}" for number in range(AWAY)), f"welcome back {mark}"]
    assert messages[messages.index(greeting):] == expected
    stored = [event["body"] for event in writer.history("lobby", limit=200)["events"] if event["kind"] == "message"]
    assert messages[-len(stored):] == stored


def test_a_new_page_begins_with_the_newest(own, guests):
    writer = own.world.person("writer")
    writer.fills("lobby", 60, body="before {} " + (mark := str(uuid4())))
    hana = guests("far")
    hana.sees(f"before 59 {mark}")
    before = hana.messages()
    assert before == [f"before {number} {mark}" for number in range(10, 60)]
    hana.page.reload()
    hana.is_connected()
    hana.sees(f"before 59 {mark}")
    assert hana.messages() == before


def test_a_refusal_is_shown(guests):
    hana = guests("far")
    count = len(hana.messages())
    hana.page.get_by_label("Message", exact=True).evaluate("field => field.removeAttribute('maxlength')")
    hana.says("x" * 8_001)
    expect(hana.page.get_by_role("status")).to_contain_text("8000")
    assert len(hana.messages()) == count


def test_markup_is_text(guests):
    hana = guests("far")
    attack = f"<img src=x onerror=\"document.title='hacked'\"> {uuid4()}"
    hana.says(attack)
    hana.sees(attack)
    assert hana.page.title() == "Chat" and hana.page.locator("img").count() == 0


@pytest.mark.parametrize("arguments, shown", [
    ([{"text": "an object"}], "an object"), ([{"text": {"not": "a text"}}], '{"text":{"not":"a text"}}'), ([None], "null"),
    ([7, "more"], "7"), ([b"bytes"], "{}"),
])
def test_whatever_others_send_is_shown(own, guests, arguments, shown):
    hana = guests("far")
    other = socketio.Client()
    other.connect(own.url)
    other.call("message", tuple(arguments))
    other.disconnect()
    hana.is_last(shown)
    hana.says("and on")
    hana.is_last("and on")


@pytest.mark.parametrize("look, options", [
    ("desktop", {}),
    ("phone", {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}),
    ("dark", {"color_scheme": "dark"}),
])
def test_every_look(guests, kind, look, options):
    hana = guests("far", **options)
    for text in ("お茶の時間ですよ。", "長い文章でも読みやすいでしょうか。" * 8, "Looks good to me! 🌸",
                 "https://example.com/a/rather/long/address?that=should&wrap=nicely&id="):
        text += str(uuid4())
        hana.says(text)
        hana.sees(text)
    hana.photographs(f"{kind}-{look}")
