"""People in browsers: signing up, talking, reloading, losing the network, and writing Japanese."""

import pytest
from playwright.sync_api import expect

from support.browser import InputMethod


@pytest.fixture
def room(alice):
    """A room that tells a little already."""
    name = alice.makes_room(title="お茶の時間 / Tea time")
    for body in ["ようこそ！", "Welcome, everybody.", "今日はいい天気ですね。"]:
        alice.posts(body, to=name)
    return name


@pytest.fixture
def hana(visitors, room):
    return visitors().signed_up("hana")


@pytest.fixture
def ken(visitors, room):
    return visitors().signed_up("ken")


@pytest.fixture
def together(hana, ken, room):
    for visitor in (hana, ken):
        visitor.enters(room)


def test_two_people_talk(hana, ken, room, together):
    hana.sends("もしもし")
    ken.sees("もしもし")
    ken.sends("hello, Hana")
    for visitor in (hana, ken):
        visitor.sees("hello, Hana")
    assert hana.bodies() == ken.bodies()
    assert hana.bodies()[-2:] == ["もしもし", "hello, Hana"]
    hana.photographs("desktop")


def test_a_reload_keeps_everything(hana, ken, together):
    hana.sends("before the reload")
    ken.sees("before the reload")
    before = ken.bodies()
    ken.reloads()
    assert ken.bodies() == before
    assert ken.seqs() == sorted(set(ken.seqs()))


def test_a_link_to_a_room_made_later(hana, ken, alice):
    room = alice.makes_room(title="made later")
    for visitor in (hana, ken):
        visitor.enters(room)
    hana.sends("found it")
    ken.sees("found it")


def test_logging_out_and_in(hana, room, together):
    hana.sends("I will be back")
    hana.sees("I will be back")
    hana.logs_out()
    hana.logs_in(hana.handle, password="not the password")
    expect(hana.find("form-error")).not_to_be_empty()
    hana.logs_in(hana.handle)
    hana.is_online()
    hana.enters(room)
    hana.sees("I will be back")


def test_a_refused_sign_up_says_why(visitors, alice):
    visitor = visitors()
    visitor.find("show-signup").click()
    form = visitor.find("signup-form")
    form.get_by_test_id("handle").fill(alice.handle)
    form.get_by_test_id("password").fill("short")
    form.get_by_test_id("submit").click()
    expect(visitor.find("form-error")).not_to_be_empty()


def lose_the_network(visitor, cable):
    visitor.context.set_offline(True)
    cable.pull()


def get_it_back(visitor, cable):
    cable.plug_in()
    visitor.context.set_offline(False)


@pytest.mark.parametrize("lose, get_back", [
    (lose_the_network, get_it_back),
    (lambda visitor, cable: cable.pull(), lambda visitor, cable: cable.plug_in()),
], ids=["the computer is offline", "the server is out of reach"])
def test_the_network_goes_and_comes_back(hana, ken, cable, room, alice, together, lose, get_back):
    hana.sends("before")
    ken.sees("before")
    lose(hana, cable)
    hana.is_cut_off()
    hana.sends("written without a network")
    hana.sees("written without a network", state="pending")
    hana.photographs("offline")
    for number in range(60):
        alice.posts(f"meanwhile {number}", to=room)
    get_back(hana, cable)
    for visitor in (hana, ken):
        visitor.is_online()
        visitor.sees("written without a network")
        visitor.sees("meanwhile 59")
        visitor.is_caught_up()
    assert hana.bodies() == ken.bodies()
    bodies = [event.get("body") for event in alice.history(room, limit=200)["events"]]
    assert bodies.count("written without a network") == 1
    assert bodies.count("before") == 1


def test_a_pending_message_survives_a_reload(hana, ken, cable, alice, room, together):
    cable.pull()
    hana.is_cut_off()
    hana.sends("do not forget me")
    hana.sees("do not forget me", state="pending")
    cable.plug_in()
    hana.reloads()
    for visitor in (hana, ken):
        visitor.sees("do not forget me")
    assert [event.get("body") for event in alice.history(room)["events"]].count("do not forget me") == 1


def test_older_history_on_scroll(hana, alice, room):
    for number in range(120):
        alice.posts(f"message {number}", to=room)
    hana.enters(room)
    hana.sees("message 119")
    expect(hana.message("message 0")).to_have_count(0)
    for _ in range(20):
        if hana.message("message 0").count():
            break
        hana.find("messages").evaluate("list => { list.scrollTop = 0; list.dispatchEvent(new Event('scroll')) }")
        hana.page.wait_for_timeout(250)
    hana.sees("message 0")
    assert hana.seqs() == list(range(min(hana.seqs()), max(hana.seqs()) + 1))


def test_markup_is_text(hana, ken, together):
    attack = "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script>"
    hana.sends(attack)
    for visitor in (hana, ken):
        visitor.sees(attack)
        assert visitor.page.title() != "hacked"
        assert visitor.find("messages").locator("img[src=x], script").count() == 0


def test_dots_and_brackets_do_not_stop_the_page(hana, alice, room, together):
    alice.posts("http://a" + "." * 5_300 + ")" * 2_650, to=room)
    alice.posts("(see https://a.example/b_(c).)", to=room)
    hana.sees("(see https://a.example/b_(c).)")
    assert hana.message("(see https://a.example/b_(c).)").locator("a").get_attribute("href") == "https://a.example/b_(c)"


def test_the_cursor_stays_in_the_composer(hana, together):
    hana.reloads()
    expect(hana.find("composer")).to_be_focused()
    hana.page.wait_for_timeout(500)
    expect(hana.find("composer")).to_be_focused()


def test_shift_enter_is_a_new_line(hana, ken, together):
    hana.types("first")
    hana.find("composer").press("Shift+Enter")
    hana.page.keyboard.insert_text("second")
    hana.find("composer").press("Enter")
    expect(ken.find("message-body").last).to_have_text("first\nsecond", use_inner_text=True)


@pytest.mark.parametrize("press", [InputMethod.presses_enter_in_conversion, InputMethod.presses_enter], ids=["process key", "enter key"])
def test_enter_in_a_conversion_sends_nothing(hana, ken, together, press):
    count = len(hana.bodies())
    method = InputMethod(hana)
    hana.find("composer").focus()
    for number in range(10):
        method.composes("でんわ")
        press(method)
        hana.page.wait_for_timeout(20)
        assert len(hana.bodies()) == count + number
        method.commits(f"電話{number}")
        # The Enter that ends a conversion may come in the same moment and does not send; this one comes after it.
        hana.page.evaluate("new Promise((resolve) => setTimeout(resolve))")
        hana.find("composer").press("Enter")
        hana.sees(f"電話{number}")
        ken.sees(f"電話{number}")
    assert len(ken.bodies()) == count + 10


@pytest.mark.parametrize("name, options", [
    ("phone", {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}),
    ("dark", {"color_scheme": "dark"}),
    ("japanese", {"locale": "ja-JP"}),
])
def test_every_look(visitors, alice, room, name, options):
    visitor = visitors(**options)
    visitor.photographs(f"{name}-login")
    visitor.signed_up("miyu")
    visitor.enters(room)
    visitor.sends("長い文章でも読みやすいでしょうか。" * 8)
    alice.posts("Looks good to me! https://example.com/a/rather/long/address?that=should&wrap=nicely", to=room)
    visitor.sees("今日はいい天気ですね。")
    visitor.photographs(name)
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"


def test_the_language_follows_the_browser_and_the_choice(visitors):
    visitor = visitors(locale="ja-JP")
    expect(visitor.page.locator("html")).to_have_attribute("lang", "ja")
    visitor.find("language").select_option("en")
    expect(visitor.page.locator("html")).to_have_attribute("lang", "en")
    visitor.page.reload()
    expect(visitor.page.locator("html")).to_have_attribute("lang", "en")
