"""The dialog of one's account in browsers: where one is logged in, logging out elsewhere, and the password."""

import re
from datetime import datetime, timedelta, timezone

import pytest
from playwright.sync_api import expect

from support.person import PASSWORD

LOGGED_OUT = "You were logged out on another device, or your session has ended. Please log in again."
NEW_PASSWORD = "a bicycle in the rain, 自転車"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
MOZILLA = "Mozilla/5.0"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
FIREFOX = f"{MOZILLA} (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
ANDROID = f"{MOZILLA} (Linux; Android 10; K) {WEBKIT} Chrome/142.0.0.0 Mobile Safari/537.36"


@pytest.fixture
def laptop(world, visitors):
    return visitors().signed_up("hana")


@pytest.fixture
def phone(visitors, laptop):
    """The same account somewhere else."""
    phone = visitors(user_agent=ANDROID)
    phone.logs_in(laptop.handle)
    phone.is_online()
    return phone


@pytest.fixture
def logs_in_from(world):
    """Logs in as a visitor with a program that calls itself something."""
    def log_in(visitor, user_agent):
        body = {"handle": visitor.handle, "password": PASSWORD}
        answer = world.api().call("POST", "/v1/sessions", json=body, headers={"User-Agent": user_agent})
        return answer.json()["session"]

    return log_in


def devices(dialog):
    return dialog.locator(".session-device")


def others(dialog):
    return dialog.get_by_test_id("session").and_(dialog.locator("[data-current=false]"))


def field_of(visitor, hook):
    """The field with its label and what is said of it."""
    return visitor.find("account-dialog").locator(".field", has=visitor.find(hook))


def types_passwords(dialog, old, new):
    dialog.get_by_test_id("old-password").fill(old)
    dialog.get_by_test_id("new-password").fill(new)
    dialog.get_by_test_id("new-password").press("Enter")


def confirms(dialog, password=PASSWORD):
    """The password that ending a session takes."""
    form = dialog.get_by_test_id("sessions-form")
    form.get_by_test_id("sessions-password").fill(password)
    form.get_by_test_id("confirm-end").click()


@pytest.mark.parametrize("user_agent, name", [
    (FIREFOX, "Firefox on Linux"),
    (ANDROID, "Chrome on Android"),
    (f"{MOZILLA} (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0", "Firefox on Android"),
    (f"{MOZILLA} (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0", "Edge on Windows"),
    (f"{MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
     "Safari on macOS"),
    (f"{MOZILLA} (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5"
     " Mobile/15E148 Safari/604.1", "Safari on iPhone"),
    (f"{MOZILLA} (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0 Mobile/15E148"
     " Safari/604.1", "Chrome on iPad"),
    ("denwa-bot/1.2 (by \"Ken\" <b>)", "denwa-bot/1.2 (by \"Ken\" <b>)"),
    ("a-name-without-an-end" * 5, ("a-name-without-an-end" * 5)[:60] + "…"),
    ("", "Unknown device"),
])
def test_devices_have_names(laptop, logs_in_from, user_agent, name):
    logs_in_from(laptop, user_agent)
    dialog = laptop.opens_account()
    expect(devices(dialog)).to_have_text(["Chrome on Linux", name])


def test_the_list_says_what_helps_to_recognise_a_device(laptop, phone):
    dialog = laptop.opens_account()
    this, other = dialog.get_by_test_id("session").all()
    expect(this).to_contain_text("This device")
    expect(this.get_by_role("button")).to_have_count(0)
    for text in ("Chrome on Android", "127.0.0.1", "Last used within the last hour"):
        expect(other).to_contain_text(text)
    expect(other).to_contain_text(re.compile(r"Logged in \d+ \w+ 20\d\d"))
    expect(other.get_by_role("button", name="Log out Chrome on Android")).to_have_text("Log out")


@pytest.mark.parametrize("later, text", [
    (timedelta(hours=1, minutes=5), "Last used 1 hour ago"),
    (timedelta(hours=23, minutes=30), "Last used 23 hours ago"),
    (timedelta(days=6, hours=23), "Last used 6 days ago"),
    (timedelta(days=8), r"Last used \d+ \w+ 20\d\d"),
])
def test_last_used(laptop, phone, later, text):
    laptop.page.clock.set_fixed_time(datetime.now(timezone.utc) + later)
    dialog = laptop.opens_account()
    expect(others(dialog)).to_contain_text(re.compile(text))


def test_logging_out_another_device(laptop, phone):
    phone.opens_account()
    dialog = laptop.opens_account()
    others(dialog).get_by_role("button").click()
    confirms(dialog)
    phone.is_logged_out(LOGGED_OUT)
    expect(devices(dialog)).to_have_text(["Chrome on Linux"])
    expect(dialog.get_by_test_id("sessions-done")).to_have_text("Chrome on Android was logged out.")
    expect(dialog.get_by_role("status")).to_contain_text("Chrome on Android was logged out.")
    expect(dialog.get_by_test_id("end-other-sessions")).to_be_hidden()
    laptop.is_online()
    phone.logs_in(laptop.handle)
    phone.is_online()


def test_logging_out_takes_the_password(laptop, phone):
    dialog = laptop.opens_account()
    button = others(dialog).get_by_role("button")
    button.click()
    field = dialog.get_by_test_id("sessions-password")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("autocomplete", "current-password")
    confirms(dialog, "not the password")
    expect(field_of(laptop, "sessions-password")).to_contain_text("This is not your current password.")
    expect(field).to_be_focused()
    dialog.get_by_test_id("cancel-end").click()
    expect(field).to_have_count(0)
    expect(button).to_be_focused()
    expect(others(dialog)).to_have_count(1)
    phone.is_online()


def test_a_new_password_leaves_other_tabs_logged_in(laptop):
    """They have the new cookie, too."""
    tab = laptop.context.new_page()
    tab.goto(laptop.url)
    state = tab.get_by_test_id("connection")
    expect(state).to_have_attribute("data-state", "online")
    dialog = laptop.opens_account()
    types_passwords(dialog, PASSWORD, NEW_PASSWORD)
    expect(dialog.get_by_test_id("password-done")).not_to_be_empty()
    laptop.is_online()
    laptop.page.wait_for_timeout(3_000)
    expect(dialog).to_be_visible()
    expect(state).to_have_attribute("data-state", "online")
    laptop.page.keyboard.press("Escape")
    laptop.is_online()
    tab.close()


def test_the_explanation_follows_the_language(laptop, phone):
    dialog = laptop.opens_account()
    others(dialog).get_by_role("button").click()
    confirms(dialog)
    phone.is_logged_out(LOGGED_OUT)
    phone.find("language").select_option("ja")
    phone.is_logged_out("別の端末でログアウトされたか、セッションが終了しました。もう一度ログインしてください。")


def test_a_device_that_is_away_learns_of_it_when_it_is_back(laptop, phone):
    phone.context.set_offline(True)
    phone.is_cut_off()
    dialog = laptop.opens_account()
    others(dialog).get_by_role("button").click()
    confirms(dialog)
    expect(others(dialog)).to_have_count(0)
    phone.context.set_offline(False)
    phone.is_logged_out(LOGGED_OUT)


def test_logging_out_everywhere_else(laptop, phone, logs_in_from):
    logs_in_from(laptop, FIREFOX)
    dialog = laptop.opens_account()
    expect(others(dialog)).to_have_count(2)
    dialog.get_by_test_id("end-other-sessions").click()
    confirms(dialog)
    phone.is_logged_out(LOGGED_OUT)
    expect(others(dialog)).to_have_count(0)
    expect(dialog.get_by_role("status")).to_contain_text("2 other devices were logged out.")
    expect(dialog).to_contain_text("You are not logged in on any other device.")
    expect(dialog.get_by_role("heading", name="Where you are logged in")).to_be_focused()
    laptop.is_online()


def test_a_device_that_was_logged_out_meanwhile(laptop, phone, logs_in_from):
    session = logs_in_from(laptop, FIREFOX)
    dialog = laptop.opens_account()
    expect(others(dialog)).to_have_count(2)
    rival = phone.opens_account()
    rival.get_by_role("button", name="Log out Firefox on Linux").click()
    confirms(rival)
    expect(rival.get_by_test_id("sessions-done")).to_have_text("Firefox on Linux was logged out.")
    dialog.get_by_role("button", name="Log out Firefox on Linux").click()
    confirms(dialog)
    expect(dialog.get_by_test_id("sessions-error")).to_have_text(re.compile("out of date"))
    expect(devices(dialog)).to_have_text(["Chrome on Linux", "Chrome on Android"])
    laptop.forgives(f"/v1/me/sessions/{session['id']}/removal → 404")


def test_a_list_that_cannot_be_read(laptop, cable):
    laptop.opens_account()
    cable.pull()
    laptop.is_cut_off()
    laptop.page.keyboard.press("Escape")
    laptop.find("account").click()
    dialog = laptop.find("account-dialog")
    expect(dialog.get_by_test_id("sessions-error")).to_have_text(re.compile("cannot be reached"))
    cable.plug_in()
    dialog.get_by_test_id("reload-sessions").click()
    expect(devices(dialog)).to_have_text(["Chrome on Linux"])
    expect(dialog.get_by_test_id("sessions-error")).to_be_empty()
    expect(dialog.get_by_test_id("reload-sessions")).to_be_hidden()


def test_a_new_password_logs_out_all_others(laptop, phone):
    dialog = laptop.opens_account()
    expect(others(dialog)).to_have_count(1)
    types_passwords(dialog, PASSWORD, NEW_PASSWORD)
    phone.is_logged_out(LOGGED_OUT)
    expect(dialog.get_by_test_id("password-done")).to_have_text("Your password was changed. All other devices were logged out.")
    expect(dialog.get_by_role("status")).to_contain_text("Your password was changed.")
    expect(others(dialog)).to_have_count(0)
    for field in ("old-password", "new-password"):
        expect(dialog.get_by_test_id(field)).to_have_value("")
    phone.logs_in(laptop.handle)
    expect(phone.find("form-error")).to_have_text(re.compile("no account with this handle and this password"))
    phone.logs_in(laptop.handle, password=NEW_PASSWORD)
    phone.is_online()
    laptop.is_online()


def test_what_is_wrong_with_a_password_is_shown_at_its_field(laptop, phone):
    dialog = laptop.opens_account()
    form = dialog.get_by_test_id("password-form")
    old, new = (form.get_by_test_id(name) for name in ("old-password", "new-password"))
    types_passwords(dialog, "not the old password", NEW_PASSWORD)
    expect(field_of(laptop, "old-password")).to_contain_text("This is not your current password.")
    expect(old).to_have_attribute("aria-invalid", "true")
    expect(old).to_be_focused()
    laptop.photographs("account-wrong-password")
    types_passwords(dialog, PASSWORD, "short")
    expect(field_of(laptop, "new-password")).to_contain_text("A password has at least 15 characters.")
    expect(new).to_have_attribute("aria-invalid", "true")
    expect(new).to_be_focused()
    expect(old).not_to_have_attribute("aria-invalid", "true")
    expect(form.get_by_role("alert")).to_have_count(1)
    phone.is_online()


def test_password_fields(laptop):
    """Password managers know what to fill in; what is written can be seen and does not stay."""
    dialog = laptop.opens_account()
    for name, hint in (("old-password", "current-password"), ("new-password", "new-password")):
        field = dialog.get_by_test_id(name)
        expect(field).to_have_attribute("autocomplete", hint)
        expect(field).to_have_attribute("type", "password")
        field.fill(PASSWORD)
        reveal = field_of(laptop, name).get_by_role("button", name="Show password")
        reveal.click()
        expect(field).to_have_attribute("type", "text")
        reveal.click()
        expect(field).to_have_attribute("type", "password")
    expect(dialog.locator("[autocomplete=username]")).to_have_value(laptop.handle)
    dialog.get_by_test_id("close").click()
    expect(laptop.page.locator("[autocomplete=new-password]")).to_have_count(0)
    laptop.opens_account()
    expect(dialog.get_by_test_id("old-password")).to_have_value("")


def test_the_keyboard_alone(laptop, phone, logs_in_from):
    logs_in_from(laptop, FIREFOX)
    press = laptop.page.keyboard.press
    laptop.find("account").focus()
    press("Enter")
    dialog = laptop.find("account-dialog")
    expect(others(dialog)).to_have_count(2)
    press("Tab")
    expect(dialog.get_by_test_id("close")).to_be_focused()
    press("Tab")
    expect(others(dialog).nth(0).get_by_role("button")).to_be_focused()
    for left in (1, 0):
        press("Enter")
        expect(dialog.get_by_test_id("sessions-password")).to_be_focused()
        laptop.page.keyboard.type(PASSWORD)
        press("Enter")
        expect(others(dialog)).to_have_count(left)
        if left:
            expect(others(dialog).get_by_role("button")).to_be_focused()
    expect(dialog.get_by_role("heading", name="Where you are logged in")).to_be_focused()
    phone.is_logged_out(LOGGED_OUT)
    press("Tab")
    expect(dialog.get_by_test_id("old-password")).to_be_focused()
    dialog.get_by_test_id("change-password").focus()
    press("Enter")
    expect(dialog.get_by_test_id("new-password")).to_be_focused()
    press("Escape")
    expect(dialog).to_be_hidden()
    expect(laptop.find("account")).to_be_focused()


@pytest.mark.parametrize("name, options", [
    ("desktop", {}),
    ("dark", {"color_scheme": "dark"}),
    ("phone", PHONE),
    ("phone-dark", {**PHONE, "color_scheme": "dark"}),
    ("japanese", {"locale": "ja-JP"}),
    ("phone-japanese", {**PHONE, "locale": "ja-JP"}),
])
def test_the_account_in_every_look(visitors, logs_in_from, name, options):
    visitor = visitors(**options).signed_up("miyu")
    for user_agent in (FIREFOX, ANDROID, "a-program-without-a-space-in-its-name/" * 3):
        logs_in_from(visitor, user_agent)
    visitor.page.goto(f"{visitor.url}/#/")
    visitor.photographs(f"{name}-account-bar")
    dialog = visitor.opens_account()
    expect(others(dialog)).to_have_count(3)
    if options.get("locale"):
        for text in ("Linux の Firefox", "この端末", "最終利用: 1時間以内", "パスワードを変更"):
            expect(dialog).to_contain_text(text)
    visitor.photographs(f"{name}-account")
    is_narrow_enough = "all => all.every(one => one.scrollWidth <= one.clientWidth)"
    assert visitor.page.locator("html, [data-testid=account-dialog]").evaluate_all(is_narrow_enough), "something scrolls sideways"
    dialog.get_by_role("button", name=re.compile("^Log out Firefox|Firefox をログアウト$")).click()
    confirms(dialog, "not the password")
    expect(dialog.get_by_test_id("sessions-password")).to_be_focused()
    visitor.photographs(f"{name}-account-confirm")
    assert visitor.page.locator("html, [data-testid=account-dialog]").evaluate_all(is_narrow_enough), "something scrolls sideways"
    confirms(dialog)
    expect(others(dialog)).to_have_count(2)
    types_passwords(dialog, "not the old password", NEW_PASSWORD)
    expect(dialog.get_by_test_id("old-password")).to_be_focused()
    visitor.photographs(f"{name}-account-refused")
    types_passwords(dialog, PASSWORD, NEW_PASSWORD)
    expect(dialog.get_by_test_id("password-done")).not_to_be_empty()
    expect(others(dialog)).to_have_count(0)
    visitor.photographs(f"{name}-account-done")


def test_a_japanese_page_says_why_it_is_logged_out(visitors, logs_in_from, world):
    visitor = visitors(locale="ja-JP", **PHONE).signed_up("miyu")
    world.api(logs_in_from(visitor, FIREFOX)["token"]).confirmed("POST", "/v1/me/sessions/removal", password=PASSWORD)
    visitor.is_logged_out("別の端末でログアウトされたか、セッションが終了しました。もう一度ログインしてください。")
    visitor.photographs("phone-japanese-logged-out")
