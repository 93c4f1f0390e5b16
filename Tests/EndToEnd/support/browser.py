"""A person at the web client in a browser of their own. What the browser says and hears is held against the documents."""

import json
import re
from contextlib import suppress
from urllib.parse import urlsplit
from uuid import uuid4

from playwright.sync_api import Error, expect

from support.person import PASSWORD
from support.processes import OUTPUT

CHROMIUM = "/usr/bin/chromium"
# What the browser itself writes about refused and failed requests. Answers are judged one by one.
TOLERATED = ("Failed to load resource", "WebSocket connection to")

VIOLATIONS = """
    window.violations = [];
    addEventListener("securitypolicyviolation", (event) =>
        window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""


# Whenever the log on screen changes: between two lines nothing is missing, or a row says exactly what.
NO_HOLES = """
    const check = () => {
        let next = null;
        for (const row of document.querySelectorAll(".lines [data-seq], .lines [data-testid=gap]")) {
            const { seq, from, to, state } = row.dataset;
            if (seq && state && state !== "sent") continue;
            const start = Number(seq ?? from);
            if (next !== null && start !== next) window.violations.push(`a hole: ${start} after ${next - 1}`);
            next = Number(seq ?? to) + 1;
        }
    };
    new MutationObserver(() => setTimeout(check)).observe(document.body, { childList: true, subtree: true });
    check();
"""


class Visitor:
    """A browser profile with one page."""

    def __init__(self, browser, url, contract, **options):
        self.url = url
        self.contract = contract
        self.complaints = []
        self.context = browser.new_context(**{"locale": "en-GB", **options})
        self.context.add_init_script(VIOLATIONS)
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("response", self._on_response)
        self.page.on("websocket", self._on_socket)
        self.page.goto(url)

    def _on_console(self, message):
        if message.type in ("error", "warning") and not any(text in message.text for text in TOLERATED):
            self.complaints.append(message.text)

    def _on_response(self, response):
        path = urlsplit(response.url).path
        if response.status == 101:
            return
        if response.status in (404, 405) or response.status >= 500:
            self.complaints.append(f"{path} → {response.status}")
        body = b""
        with suppress(Error):
            body = response.body()
        self._judge(self.contract.http.check, response.request.method, path, response.status, Headers(response.headers), body)

    def _on_socket(self, socket):
        socket.on("framereceived", lambda text: self._judge(self.contract.socket.frame, text))
        socket.on("framesent", lambda text: self._judge(lambda: self.contract.socket.command(json.loads(text))))

    def _judge(self, check, *arguments):
        """An exception would be lost in the browser's event loop."""
        try:
            check(*arguments)
        except AssertionError as error:
            self.complaints.append(str(error))

    def forgives(self, complaint):
        """What a test brought about itself; it must have happened once."""
        self.complaints.remove(complaint)

    def ends(self):
        """Closes the profile; nothing may have gone wrong in it."""
        self.complaints += self.page.evaluate("window.violations")
        self.context.close()
        assert self.complaints == []

    def find(self, hook):
        return self.page.get_by_test_id(hook)

    def signs_up(self, handle, name=None):
        self.find("show-signup").click()
        form = self.find("signup-form")
        form.get_by_test_id("handle").fill(handle)
        form.get_by_test_id("display-name").fill(name or handle)
        form.get_by_test_id("password").fill(PASSWORD)
        form.get_by_test_id("submit").click()
        self.is_online()

    def signed_up(self, name):
        """Signs up under a handle of its own, and is the visitor then."""
        self.handle = f"{name}-{uuid4().hex[:8]}"
        self.signs_up(self.handle, name.capitalize())
        return self

    def comes_as_guest(self, name):
        """Comes in under a name, and is the visitor then."""
        self.find("show-guest").click()
        form = self.find("guest-form")
        form.get_by_test_id("display-name").fill(name)
        form.get_by_test_id("submit").click()
        self.is_online()
        return self

    def logs_in(self, handle, password=PASSWORD):
        form = self.find("login-form")
        form.get_by_test_id("handle").fill(handle)
        form.get_by_test_id("password").fill(password)
        form.get_by_test_id("submit").click()

    def logs_out(self):
        self.find("logout").click()
        expect(self.find("login-form")).to_be_visible()

    def opens_account(self):
        """Opens the dialog of one's account, and returns it with the list read; a guest's has none."""
        self.find("account").click()
        dialog = self.find("account-dialog")
        expect(dialog.locator("[data-current=true]").or_(dialog.get_by_test_id("signup-form"))).to_be_visible()
        return dialog

    def is_logged_out(self, notice):
        """Sees the log-in page, which says why."""
        expect(self.find("login-form")).to_be_visible()
        expect(self.find("form-error")).to_have_text(notice)

    def is_online(self):
        expect(self.find("connection")).to_have_attribute("data-state", "online", timeout=15_000)

    def is_cut_off(self):
        expect(self.find("connection")).not_to_have_attribute("data-state", "online", timeout=15_000)

    def enters(self, room):
        """Goes to a room, and joins it if need be, until its newest messages are there."""
        self.page.goto(f"{self.url}/#/rooms/{room}")
        entrance = self.find("join-room").or_(self.find("messages"))
        expect(entrance.first).to_be_visible()
        if self.find("join-room").is_visible():
            self.find("join-room").click()
        self.is_caught_up()

    def is_caught_up(self):
        expect(self.find("messages")).to_have_attribute("data-caught-up", "true", timeout=15_000)

    def reloads(self):
        self.page.reload()
        self.is_online()
        self.is_caught_up()

    def types(self, text):
        self.find("composer").fill(text)

    def sends(self, text):
        self.types(text)
        self.find("composer").press("Enter")

    def message(self, text):
        return self.find("message").filter(has=self.page.get_by_test_id("message-body").get_by_text(text, exact=True))

    def sees(self, text, state="sent"):
        """Exactly one message with that text, in that state."""
        message = self.message(text)
        expect(message).to_have_count(1, timeout=20_000)
        expect(message).to_have_attribute("data-state", state, timeout=20_000)

    def bodies(self):
        return self.find("message-body").all_inner_texts()

    def seqs(self):
        return [int(seq) for seq in self.find("message").evaluate_all("all => all.map(one => one.dataset.seq)")]

    def watches_for_holes(self):
        """From now on no hole may be shown, not even for a moment."""
        self.page.evaluate(NO_HOLES)

    def scrolls(self, position):
        """To a line of the log, or to "start" or "end"."""
        self.find("messages").evaluate("""(list, position) => {
            if (position === "start") list.scrollTop = 0;
            else if (position === "end") list.scrollTop = list.scrollHeight;
            else list.querySelector(position).scrollIntoView({ block: "center" });
            list.dispatchEvent(new Event("scroll"));
        }""", position)

    def has_unread(self, room, count):
        """What the list of rooms says."""
        item = self.find("room-list").locator(f"[data-room={room}]")
        expect(item).to_have_attribute("data-unread", str(count))
        expect(item.locator(".badge")).to_have_count(1 if count else 0)

    def looks_away(self, whether=True):
        """The page is hidden, as behind another tab, or looked at again."""
        self.page.evaluate("""(isHidden) => {
            Object.defineProperty(document, "hidden", { configurable: true, get: () => isHidden });
            document.dispatchEvent(new Event("visibilitychange"));
        }""", whether)

    def photographs(self, name):
        """Looks for what no page should say."""
        words = self.page.locator("body").inner_text()
        assert not re.search(r"\b(undefined|null|NaN)\b|\[object", words), words
        OUTPUT.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=OUTPUT / f"{name}.png")


class Headers(dict):
    """The browser gives names in lower case."""

    def get(self, name, default=None):
        return super().get(name.lower(), default)


class InputMethod:
    """A Japanese input method, as the browser's debugger can play it."""

    def __init__(self, visitor):
        self.debugger = visitor.context.new_cdp_session(visitor.page)

    def composes(self, text):
        self.debugger.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})

    def presses_enter_in_conversion(self):
        """Chromium reports it as key 229, "Process"."""
        for type in ("rawKeyDown", "keyUp"):
            self.debugger.send("Input.dispatchKeyEvent", {
                "type": type, "key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229, "nativeVirtualKeyCode": 229})

    def presses_enter(self):
        """Enter as some input methods report it: an ordinary key while the conversion goes on."""
        for type in ("rawKeyDown", "keyUp"):
            self.debugger.send("Input.dispatchKeyEvent", {
                "type": type, "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "nativeVirtualKeyCode": 13})

    def commits(self, text):
        self.debugger.send("Input.insertText", {"text": text})
