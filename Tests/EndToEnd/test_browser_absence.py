"""People in browsers who were away: gaps, read markers on several devices, and a server that cannot store."""

import json

import pytest
from playwright.sync_api import expect

from support.installation import own_installation


@pytest.fixture
def room(alice):
    name = alice.makes_room(title="長い一日 / A long day")
    alice.fills(name, 60, body="朝の話 {}")
    return name


@pytest.fixture
def hana(visitors, room):
    hana = visitors().signed_up("hana")
    hana.enters(room)
    return hana


def gap(visitor):
    return visitor.find("gap")


def is_away(visitor, cable, alice, room, count):
    """Cut off while the room goes on."""
    cable.pull()
    visitor.is_cut_off()
    alice.fills(room, count, body="Meanwhile, number {}")
    cable.plug_in()
    visitor.is_online()
    visitor.sees(f"Meanwhile, number {count - 1}")
    visitor.is_caught_up()


def looks_into_gaps(visitor):
    """Scrolls to each until there is none; a page at a time comes."""
    for _ in range(60):
        if gap(visitor).count() == 0:
            return
        visitor.page.evaluate("document.querySelector('[data-testid=gap]')?.scrollIntoView({ block: 'center' })")
        visitor.page.wait_for_timeout(150)


def is_whole(visitor):
    expect(gap(visitor)).to_have_count(0, timeout=15_000)
    seqs = visitor.page.locator(".lines [data-seq]").evaluate_all("lines => lines.map(line => Number(line.dataset.seq))")
    assert seqs == list(range(seqs[0], seqs[-1] + 1))


def test_what_is_missing_is_shown_and_loaded(hana, cable, alice, room):
    hana.watches_for_holes()
    is_away(hana, cable, alice, room, 400)
    expect(gap(hana)).to_have_attribute("data-count", "350")
    hana.page.wait_for_timeout(300)
    expect(gap(hana)).to_have_attribute("data-count", "350")
    expect(gap(hana)).not_to_be_in_viewport()
    looks_into_gaps(hana)
    is_whole(hana)
    hana.sees("Meanwhile, number 0")


def test_reading_down_into_a_gap(hana, cable, alice, room):
    """Who stays with old messages goes on where the gap begins; the line being read stays in its place."""
    hana.watches_for_holes()
    hana.scrolls("[data-testid=message]")
    is_away(hana, cable, alice, room, 400)
    count = int(gap(hana).get_attribute("data-count"))
    line = hana.message("朝の話 59")
    line.evaluate("line => line.scrollIntoView({ block: 'start' })")
    expect(gap(hana)).not_to_have_attribute("data-count", str(count), timeout=10_000)
    hana.sees("Meanwhile, number 0")
    expect(line).to_be_in_viewport()
    expect(hana.find("new-messages-pill")).to_be_visible()
    hana.find("new-messages-pill").click()
    expect(hana.message("Meanwhile, number 399")).to_be_in_viewport()


def test_a_gap_that_cannot_be_loaded_says_so(hana, cable, alice, room):
    is_away(hana, cable, alice, room, 400)
    cable.pull()
    hana.is_cut_off()
    hana.scrolls("[data-testid=gap]")
    hana.find("load-gap").click()
    expect(gap(hana)).to_have_attribute("data-state", "failed")
    cable.plug_in()
    hana.is_online()
    hana.scrolls("[data-testid=gap]")
    expect(gap(hana)).not_to_have_attribute("data-count", "350", timeout=10_000)


@pytest.mark.parametrize("name, options", [
    ("desktop", {}),
    ("phone", {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}),
    ("dark", {"color_scheme": "dark"}),
    ("japanese", {"locale": "ja-JP"}),
])
def test_a_gap_in_every_look(visitors, cable, alice, room, name, options):
    visitor = visitors(**options).signed_up("miyu")
    visitor.enters(room)
    is_away(visitor, cable, alice, room, 300)
    cable.pull()
    visitor.is_cut_off()
    visitor.scrolls("[data-testid=gap]")
    visitor.photographs(f"{name}-gap")
    # On a small screen the gap may have come near enough for its first page before the cable was pulled.
    expect(gap(visitor)).to_contain_text(gap(visitor).get_attribute("data-count"))
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"


def test_unread_counts_come_from_the_server_and_go_on_all_devices(hana, visitors, alice, room):
    elsewhere = alice.makes_room(title="Elsewhere")
    hana.enters(elsewhere)
    for number in range(3):
        alice.posts(f"news {number}", to=room)
    hana.has_unread(room, 3)
    hana.reloads()
    hana.has_unread(room, 3)
    phone = visitors(viewport={"width": 360, "height": 740})
    phone.logs_in(hana.handle)
    phone.is_online()
    phone.page.goto(f"{phone.url}/#/")
    phone.has_unread(room, 3)
    phone.photographs("phone-unread")
    hana.enters(room)
    hana.sees("news 2")
    for device in (hana, phone):
        device.has_unread(room, 0)
    phone.page.reload()
    phone.is_online()
    phone.has_unread(room, 0)


def test_only_what_was_really_seen_is_read(hana, visitors, alice, room):
    desk = visitors()
    desk.logs_in(hana.handle)
    desk.is_online()
    desk.page.goto(f"{desk.url}/#/")
    desk.has_unread(room, 0)
    hana.looks_away()
    alice.posts("behind another tab", to=room)
    hana.sees("behind another tab")
    desk.has_unread(room, 1)
    hana.page.wait_for_timeout(500)
    desk.has_unread(room, 1)
    hana.looks_away(False)
    desk.has_unread(room, 0)
    hana.scrolls("[data-testid=message]")
    alice.posts("out of view", to=room)
    hana.sees("out of view")
    desk.has_unread(room, 1)
    hana.page.wait_for_timeout(500)
    desk.has_unread(room, 1)
    hana.find("new-messages-pill").click()
    desk.has_unread(room, 0)


class Interpreter:
    """Between a page and its server: passes frames on, and puts words into the server's mouth."""

    def __init__(self, visitor):
        self.answers, self.page_side, self.withheld = [], None, 0
        visitor.page.route_web_socket("**/v1/socket", self.connect)

    def connect(self, page_side):
        self.page_side, server = page_side, page_side.connect_to_server()
        page_side.on_message(lambda text: self.from_page(server, text))
        server.on_message(self.from_server)

    def from_page(self, server, text):
        frame = json.loads(text)
        if frame["type"] == "send" and self.answers:
            return self.says(type="error", ref=frame["ref"], room=frame["room"], clientId=frame["clientId"], **self.answers.pop(0))
        server.send(text)

    def from_server(self, text):
        frame = json.loads(text)
        if self.withheld and frame["type"] == "event":
            self.withheld -= 1
            if self.withheld == 0:
                self.says(**self.behind)
            return
        self.page_side.send(text)

    def leaves_out(self, room, first, count):
        """The next events, and says so as a server does to a socket that did not read."""
        self.withheld = count
        self.behind = {"type": "behind", "room": room, "from": first, "to": first + count - 1, "count": count}

    def says(self, **frame):
        self.page_side.send(json.dumps(frame))


@pytest.fixture
def interpreted(visitors, room):
    visitor = visitors()
    visitor.interpreter = Interpreter(visitor)
    visitor.signed_up("rin")
    visitor.enters(room)
    return visitor


def test_who_fell_behind_sees_the_gap(interpreted, alice, room):
    interpreted.watches_for_holes()
    head = alice.history(room)["head"]
    interpreted.interpreter.leaves_out(room, head + 1, 70)
    for number in range(71):
        alice.posts(f"fast {number}", to=room)
    interpreted.sees("fast 70")
    looks_into_gaps(interpreted)
    interpreted.sees("fast 0")
    is_whole(interpreted)


@pytest.mark.parametrize("code, english, japanese", [
    ("storage_full", "no space left", "空き容量"), ("storage_unavailable", "cannot store", "一時的に保存できない"),
])
def test_a_message_that_cannot_be_stored_now(interpreted, alice, room, code, english, japanese):
    """It says why, waits, and is stored once there is room, without anybody's doing."""
    refusal = {"code": code, "detail": "x", "retryable": True, "retryAfterMs": 700}
    interpreted.interpreter.answers = [refusal] * 4
    interpreted.sends("patience")
    status = interpreted.message("patience").locator(".message-status")
    expect(status).to_contain_text(english)
    interpreted.find("language").select_option("ja")
    expect(status).to_contain_text(japanese)
    interpreted.photographs(f"japanese-{code}")
    interpreted.interpreter.answers = [refusal] * 3
    interpreted.sees("patience")
    assert [event.get("body") for event in alice.history(room)["events"]].count("patience") == 1


def test_what_has_to_wait_is_stored_as_it_was_written(interpreted, alice, room):
    """The first waits longest, and the others go on being written meanwhile."""
    refusal = {"code": "storage_unavailable", "detail": "x", "retryable": True, "retryAfterMs": 300}
    interpreted.interpreter.answers = [refusal] * 2
    texts = [f"written {number}" for number in range(6)]
    for text in texts:
        interpreted.sends(text)
    for text in texts:
        interpreted.sees(text)
    assert [event["body"] for event in alice.history(room, limit=200)["events"] if event.get("body") in texts] == texts


def test_an_older_backup_is_put_back_under_an_open_page(contract, visitors, tmp_path):
    """The page forgets what the database has forgotten, and shows what it has."""
    with own_installation("restored", contract) as own:
        alice = own.world.person("alice")
        room = alice.makes_room(title="Restored")
        alice.fills(room, 10)
        ken = visitors(url=own.url).signed_up("ken")
        ken.enters(room)
        own.cluster.dump(tmp_path / "backup")
        alice.fills(room, 20, body="forgotten {}")
        ken.sees("forgotten 19")
        own.stops()
        own.cluster.restore(tmp_path / "backup", "restored")
        own.database_url = own.cluster.url("restored")
        own.start()
        alice.first_socket = None
        alice.fills(room, 30, body="another future {}")
        ken.is_online()
        ken.sees("another future 29")
        ken.is_caught_up()
        assert not [body for body in ken.bodies() if "forgotten" in body]
        is_whole(ken)
        ken.sends("still here")
        ken.sees("still here")
