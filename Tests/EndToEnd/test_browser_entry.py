"""The ways in, in browsers: signing up with and without an invitation, guests, and links to choose a new password."""

import re

import pytest
from playwright.sync_api import expect

from support.commands import denwa
from support.person import PASSWORD
from support.processes import free_port, server

NEW_PASSWORD = "a bicycle in the rain, 自転車"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
LOOKS = [
    ("desktop", {}),
    ("dark", {"color_scheme": "dark"}),
    ("phone", PHONE),
    ("phone-dark", {**PHONE, "color_scheme": "dark"}),
    ("japanese", {"locale": "ja-JP"}),
    ("phone-japanese", {**PHONE, "locale": "ja-JP"}),
]


@pytest.fixture(scope="module")
def by_invitation(world):
    """Where one signs up by invitation only, with passwords of 18 characters or more."""
    port = free_port()
    settings = {"DENWA_SIGN_UP": "invite", "DENWA_PASSWORD_MINIMUM": "18", "DENWA_GUESTS": "true"}
    with server("invitations", port, settings=settings):
        yield f"http://localhost:{port}"


@pytest.fixture(scope="module")
def closed(world):
    """Where nobody signs up and no guest comes in."""
    port = free_port()
    with server("closed", port, settings={"DENWA_SIGN_UP": "closed", "DENWA_GUESTS": "false"}):
        yield f"http://localhost:{port}"


@pytest.fixture
def invitation():
    """The code of an invitation for one."""
    return denwa("invite", "create").strip().partition("#invite=")[2]


@pytest.fixture
def reset_token(alice):
    """Of a link with which Alice chooses a password."""
    return denwa("account", "reset-link", alice.handle).strip().partition("#reset=")[2]


@pytest.fixture
def guest(visitors):
    return visitors().comes_as_guest("花子の友だち")


def fills_in(visitor, handle, password=PASSWORD):
    form = visitor.find("signup-form")
    form.get_by_test_id("handle").fill(handle)
    form.get_by_test_id("password").fill(password)
    form.get_by_test_id("submit").click()


def is_wide_enough(visitor):
    """Nothing scrolls sideways."""
    check = "all => all.every(one => one.scrollWidth <= one.clientWidth)"
    return visitor.page.locator("html, dialog[open]").evaluate_all(check)


def test_a_guest_comes_in_under_a_name(guest, visitors, alice, room):
    expect(guest.find("guest-mark")).to_have_text("Guest")
    expect(guest.find("new-room")).to_have_count(0)
    guest.enters(room)
    guest.sends("ちょっと見に来ました")
    guest.sees("ちょっと見に来ました")
    [message] = [event for event in alice.history(room)["events"] if event.get("body")]
    assert message["author"]["displayName"] == "花子の友だち"
    dialog = guest.opens_account()
    for hook in ("password-form", "second-factor", "invitations"):
        expect(dialog.get_by_test_id(hook)).to_have_count(0)


def test_a_guest_needs_a_name(visitors):
    visitor = visitors()
    visitor.find("show-guest").click()
    expect(visitor.find("display-name")).to_be_focused()
    visitor.find("submit").click()
    expect(visitor.find("form-error")).not_to_be_empty()
    expect(visitor.find("display-name")).to_have_attribute("aria-invalid", "true")
    expect(visitor.find("display-name")).to_be_focused()


def test_a_guest_is_warned_before_leaving(guest):
    asked = []
    guest.page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    guest.find("logout").click()
    guest.is_online()
    guest.page.once("dialog", lambda dialog: dialog.accept())
    guest.logs_out()
    assert "cannot come back" in asked[0]


def test_a_guest_becomes_an_account_and_goes_on(guest, room, alice):
    guest.enters(room)
    guest.types("half a sentence")
    second_tab = guest.context.new_page()
    second_tab.goto(f"{guest.url}/#/rooms/{room}")
    dialog = guest.opens_account()
    expect(dialog.get_by_test_id("display-name")).to_have_value("花子の友だち")
    handle = f"hana-{alice.handle[-8:]}"
    fills_in(guest, handle)
    expect(guest.find("own-handle")).to_have_text(f"@{handle}")
    guest.is_online()
    expect(guest.find("composer")).to_have_value("half a sentence")
    expect(guest.find("new-room")).to_be_visible()
    # It has the same cookie, so it goes on too.
    expect(second_tab.get_by_test_id("own-handle")).to_have_text(f"@{handle}", timeout=15_000)
    expect(second_tab.get_by_test_id("connection")).to_have_attribute("data-state", "online", timeout=15_000)
    second_tab.close()
    guest.logs_out()
    guest.logs_in(handle)
    guest.is_online()


def test_a_guest_whose_account_is_refused_stays_a_guest(guest, alice, room):
    guest.enters(room)
    guest.opens_account()
    fills_in(guest, alice.handle)
    expect(guest.find("signup-form").get_by_test_id("form-error")).to_have_text(re.compile("Somebody has this handle"))
    expect(guest.find("account-dialog").get_by_test_id("handle")).to_be_focused()
    fills_in(guest, "free-" + alice.handle[-8:], "short")
    expect(guest.find("account-dialog").get_by_test_id("password")).to_be_focused()
    guest.page.keyboard.press("Escape")
    expect(guest.page.locator("dialog input")).to_have_count(0)
    guest.is_online()
    guest.sends("still here")
    guest.sees("still here")
    expect(guest.find("guest-mark")).to_be_visible()


def test_signing_up_by_invitation(visitors, by_invitation, invitation, alice):
    visitor = visitors(by_invitation)
    visitor.find("show-signup").click()
    expect(visitor.find("signup-form")).to_contain_text("18 characters")
    expect(visitor.find("invitation")).to_be_focused()
    fills_in(visitor, "first-" + alice.handle[-8:])
    expect(visitor.find("form-error")).to_have_text(re.compile("You need an invitation"))
    visitor.find("invitation").fill("x" * 43)
    visitor.find("submit").click()
    expect(visitor.find("form-error")).to_have_text(re.compile("This invitation is not valid"))
    expect(visitor.find("invitation")).to_be_focused()
    visitor.find("invitation").fill(invitation)
    visitor.find("submit").click()
    visitor.is_online()


def test_an_invitation_link(visitors, by_invitation, invitation, alice):
    visitor = visitors(f"{by_invitation}/#invite={invitation}")
    expect(visitor.find("invited")).to_be_visible()
    expect(visitor.find("invitation")).to_be_hidden()
    expect(visitor.find("handle")).to_be_focused()
    assert invitation not in visitor.page.url
    fills_in(visitor, "second-" + alice.handle[-8:])
    visitor.is_online()
    assert invitation not in visitor.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, location.href])")


def test_an_invitation_link_that_was_used(visitors, by_invitation, invitation, alice):
    visitor = visitors(f"{by_invitation}/#invite={invitation}")
    fills_in(visitor, "third-" + alice.handle[-8:])
    visitor.is_online()
    late = visitors(f"{by_invitation}/#invite={invitation}")
    fills_in(late, "fourth-" + alice.handle[-8:])
    expect(late.find("form-error")).to_have_text(re.compile("This invitation is not valid"))
    expect(late.find("invitation")).to_be_focused()
    expect(late.find("invitation")).to_have_value(invitation)


def test_an_invitation_link_where_everybody_signs_up(visitors, alice, room):
    """It brings one into its room."""
    code = denwa("invite", "create", "--room", room).strip().partition("#invite=")[2]
    visitor = visitors()
    visitor.page.goto(f"{visitor.url}/#invite={code}")
    expect(visitor.find("signup-form")).to_be_visible()
    assert code not in visitor.page.url
    fills_in(visitor, "guided-" + alice.handle[-8:])
    visitor.is_online()
    expect(visitor.find("room-list").locator(f"[data-room={room}]")).to_have_attribute("data-member", "true")


def test_a_guest_with_an_invitation_is_asked_to_sign_up(guest, room):
    guest.enters(room)
    guest.page.evaluate("location.hash = 'invite=something'")
    expect(guest.find("account-dialog").get_by_test_id("invited")).to_be_visible()
    assert guest.page.url.endswith(f"#/rooms/{room}")


def test_a_closed_server(visitors, closed, invitation):
    visitor = visitors(closed)
    expect(visitor.find("login-form")).to_be_visible()
    for hook in ("show-signup", "show-guest"):
        expect(visitor.find(hook)).to_have_count(0)
    visitor = visitors(f"{closed}/#invite={invitation}")
    visitor.is_logged_out(re.compile("Nobody can sign up here"))
    assert invitation not in visitor.page.url


def test_choosing_a_new_password_with_a_link(visitors, alice, reset_token):
    visitor = visitors().signed_up("hana")
    visitor.page.goto(f"{visitor.url}/#reset={reset_token}")
    expect(visitor.find("reset-form")).to_be_visible()
    expect(visitor.find("new-password")).to_be_focused()
    expect(visitor.find("new-password")).to_have_attribute("autocomplete", "new-password")
    assert reset_token not in visitor.page.url
    visitor.find("new-password").fill("short")
    visitor.find("submit").click()
    expect(visitor.find("form-error")).to_have_text(re.compile("at least 15 characters"))
    visitor.find("new-password").fill(NEW_PASSWORD)
    visitor.find("submit").click()
    expect(visitor.find("auth-done")).to_have_text("Your password was changed. Log in with the new one.")
    expect(visitor.find("handle")).to_have_value(alice.handle)
    expect(visitor.find("password")).to_be_focused()
    expect(visitor.find("password")).to_be_empty()
    visitor.logs_in(alice.handle, NEW_PASSWORD)
    visitor.is_online()
    expect(visitor.find("own-handle")).to_have_text(f"@{alice.handle}")


def test_a_link_that_is_not_valid_says_what_to_do(visitors, reset_token):
    visitor = visitors()
    for token in (reset_token, reset_token, "nothing"):
        visitor.page.goto(f"{visitor.url}/#reset={token}")
        visitor.find("new-password").fill(NEW_PASSWORD)
        visitor.find("submit").click()
        if visitor.find("auth-done").or_(visitor.find("reset-refused")).get_attribute("data-testid") == "auth-done":
            continue
        expect(visitor.find("reset-refused")).to_have_text(re.compile("Ask the administrator for a new one"))
        expect(visitor.find("new-password")).to_have_count(0)
        expect(visitor.find("leave-reset")).to_be_focused()
        visitor.find("leave-reset").press("Enter")
        expect(visitor.find("login-form")).to_be_visible()


def test_whoever_does_not_want_a_new_password_goes_on(visitors, reset_token):
    visitor = visitors().signed_up("hana")
    visitor.page.goto(f"{visitor.url}/#reset={reset_token}")
    visitor.find("leave-reset").click()
    visitor.is_online()
    expect(visitor.find("own-handle")).to_have_text(f"@{visitor.handle}")


def test_every_refusal_has_a_sentence_in_both_languages(visitors):
    codes = [
        "sign_up_closed", "invitation_required", "invitation_not_valid", "guests_not_allowed", "handle_taken",
        "second_factor_required", "wrong_code", "account_disabled", "wrong_password", "second_factor_exists",
        "second_factor_not_begun", "link_not_valid", "invitation_not_found", "not_allowed"]
    dictionaries = visitors().page.evaluate("""async () => {
        const modules = await Promise.all(["/en.js", "/ja.js"].map((path) => import(path)));
        return modules.map(({ default: words }) => words);
    }""")
    for words in dictionaries:
        assert [code for code in codes if not words["errors"].get(code)] == []
    english, japanese = (sorted(words) for words in dictionaries)
    assert english == japanese


@pytest.mark.parametrize("name, options", LOOKS)
def test_the_entry_in_every_look(visitors, by_invitation, closed, reset_token, name, options):
    visitor = visitors(by_invitation, **options)
    for way in ("login", "signup", "guest"):
        if way != "login":
            visitor.find(f"show-{way}").click()
        visitor.photographs(f"{name}-entry-{way}")
        assert is_wide_enough(visitor)
    visitor = visitors(f"{by_invitation}/#invite=used", **options)
    fills_in(visitor, "miyu")
    expect(visitor.find("form-error")).not_to_be_empty()
    visitor.photographs(f"{name}-entry-invitation-refused")
    assert is_wide_enough(visitor)
    visitor = visitors(f"{closed}/#invite=used", **options)
    expect(visitor.find("login-form")).to_be_visible()
    visitor.photographs(f"{name}-entry-closed")
    visitor = visitors(**options)
    visitor.page.goto(f"{visitor.url}/#reset={reset_token}")
    expect(visitor.find("reset-form")).to_be_visible()
    visitor.photographs(f"{name}-entry-reset")
    visitor.find("new-password").fill(NEW_PASSWORD)
    visitor.find("submit").click()
    expect(visitor.find("auth-done")).to_be_visible()
    visitor.photographs(f"{name}-entry-reset-done")


@pytest.mark.parametrize("name, options", LOOKS)
def test_guests_in_every_look(visitors, name, options):
    guest = visitors(**options).comes_as_guest("花子の友だち Hanako's friend")
    guest.page.goto(f"{guest.url}/#/rooms")
    guest.photographs(f"{name}-guest")
    guest.opens_account()
    guest.photographs(f"{name}-guest-account")
    assert is_wide_enough(guest)
    fills_in(guest, "ab", "short")
    expect(guest.find("signup-form").get_by_test_id("form-error")).not_to_be_empty()
    guest.photographs(f"{name}-guest-refused")
