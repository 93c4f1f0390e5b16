"""Two-step verification and invitations in browsers: setting up, logging in with codes, turning off, administering."""

import re
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from support.authenticator import Authenticator
from support.commands import denwa
from support.person import PASSWORD
from support.processes import free_port, server

LOGGED_OUT = "You were logged out on another device, or your session has ended. Please log in again."
WRONG_CODE = re.compile("This code is not right")
RECOVERY_CODE = re.compile(r"[a-z2-7]{4}(-[a-z2-7]{4}){5}")
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def strict(world):
    """Where administrators have to have a second factor."""
    port = free_port()
    with server("second-factor", port, settings={"DENWA_SECOND_FACTOR": "admins"}):
        yield f"http://localhost:{port}"


@pytest.fixture
def hana(visitors):
    return visitors().signed_up("hana")


@pytest.fixture
def inviter(visitors):
    return administrator(visitors())


def administrator(visitor):
    """The visitor is one from now on. Getting a role ends one's sessions."""
    visitor.signed_up("admin")
    denwa("account", "role", visitor.handle, "admin")
    visitor.is_logged_out(LOGGED_OUT)
    visitor.logs_in(visitor.handle)
    visitor.is_online()
    return visitor


def begins(visitor, password=PASSWORD):
    """Opens the dialog and asks for a secret."""
    dialog = visitor.opens_account()
    dialog.get_by_test_id("set-up-second-factor").click()
    proves(dialog, "begin-form", password)
    return dialog


def proves(dialog, form, password=PASSWORD, code=None):
    form = dialog.get_by_test_id(form)
    form.get_by_test_id("factor-password").fill(password)
    if code is not None:
        form.get_by_test_id("factor-code").fill(code)
    form.get_by_test_id("submit").click()


def turns_on(visitor):
    """Sets the second factor up; returns the open dialog, the authenticator and the recovery codes."""
    dialog = begins(visitor)
    authenticator = Authenticator(uri(dialog))
    dialog.get_by_test_id("factor-code").fill(authenticator.code())
    dialog.get_by_test_id("factor-code").press("Enter")
    return dialog, authenticator, shown_codes(dialog)


def uri(dialog):
    """What the QR code says."""
    return dialog.get_by_test_id("authenticator-link").get_attribute("href")


def shown_codes(dialog):
    expect(dialog.get_by_test_id("recovery-codes").locator("li")).to_have_count(10)
    codes = dialog.get_by_test_id("recovery-codes").locator("li").all_inner_texts()
    assert len(set(codes)) == 10 and all(RECOVERY_CODE.fullmatch(code) for code in codes)
    return codes


def closes(visitor):
    visitor.page.keyboard.press("Escape")
    expect(visitor.find("account-dialog")).to_be_hidden()
    expect(visitor.find("account-dialog").locator("*")).to_have_count(0)


def gives(visitor, code, is_recovery=False):
    """The code at log-in."""
    form = visitor.find("code-form")
    expect(form).to_be_visible()
    if is_recovery:
        form.get_by_test_id("use-other-code").click()
    form.get_by_test_id("code").fill(code)
    form.get_by_test_id("submit").click()


def is_wide_enough(visitor):
    """Nothing scrolls sideways."""
    check = "all => all.every(one => one.scrollWidth <= one.clientWidth)"
    return visitor.page.locator("html, dialog[open]").evaluate_all(check)


# Made by qrcode.js, and read correctly by ZXing; modules as those of the Python package qrcode with the same mask.
@pytest.mark.parametrize("text, size, digest", [
    ("a", 21, "e8ab680854e4019c"),
    ("もしもし電話", 25, "f223af358ae71cb3"),
    ("otpauth://totp/Denwa:hana?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Denwa", 37, "9f4ffa966be510cf"),
    ("https://chat.example/" + "x" * 95, 45, "3670e5abe63f954a"),
    ("x" * 213, 57, "f8a692e420006d88"),
], ids=["version 1", "version 2", "version 5", "version 7", "version 10"])
def test_qr_codes(visitors, text, size, digest):
    rows = visitors().page.evaluate("async (text) => (await import('/qrcode.js')).qrCode(text)", text)
    assert len(rows) == size and all(len(row) == size for row in rows)
    modules = "\n".join("".join(map(str, row)) for row in rows)
    assert sha256(modules.encode()).hexdigest()[:16] == digest


def test_a_text_too_long_for_a_qr_code(visitors):
    assert visitors().page.evaluate("async () => (await import('/qrcode.js')).qrCode('x'.repeat(214))") is None


def test_setting_it_up(visitors, hana):
    phone = visitors()
    phone.logs_in(hana.handle)
    phone.is_online()
    dialog = begins(hana)
    secret = dialog.get_by_test_id("secret").inner_text()
    assert re.fullmatch("([A-Z2-7]{4} ){7}[A-Z2-7]{4}", secret)
    link = urlsplit(uri(dialog))
    assert (link.scheme, link.netloc) == ("otpauth", "totp") and link.path.endswith(f":{hana.handle}")
    assert parse_qs(link.query)["secret"] == [secret.replace(" ", "")]
    drawn_as_in = """async (svg, text) => {
        const { qrImage } = await import("/qrimage.js");
        return svg.outerHTML === qrImage(text, svg.getAttribute("aria-label")).outerHTML;
    }"""
    assert dialog.get_by_role("img", name="QR code").evaluate(drawn_as_in, link.geturl())
    authenticator = Authenticator(uri(dialog))
    dialog.get_by_test_id("factor-code").fill("12345")
    dialog.get_by_test_id("factor-code").press("Enter")
    expect(dialog.get_by_test_id("enable-form").get_by_test_id("form-error")).to_have_text(WRONG_CODE)
    expect(dialog.get_by_test_id("factor-code")).to_be_focused()
    phone.is_online()
    dialog.get_by_test_id("factor-code").fill(authenticator.code())
    dialog.get_by_test_id("factor-code").press("Enter")
    codes = shown_codes(dialog)
    expect(dialog.get_by_role("status")).to_contain_text("Two-step verification is on.")
    phone.is_logged_out(LOGGED_OUT)
    dialog.get_by_test_id("kept").click()
    expect(dialog.get_by_test_id("codes-left")).to_have_text("You have 10 recovery codes left.")
    expect(dialog.get_by_role("heading", name="Two-step verification")).to_be_focused()
    assert not any(code in hana.page.content() for code in codes)
    hana.is_online()


def test_recovery_codes_can_be_copied_and_saved(hana):
    hana.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dialog, _, codes = turns_on(hana)
    dialog.get_by_test_id("copy").click()
    expect(dialog.get_by_test_id("copy")).to_have_text("Copied")
    expect(dialog.get_by_role("status")).to_contain_text("Copied")
    assert hana.page.evaluate("navigator.clipboard.readText()").split("\n") == codes
    with hana.page.expect_download() as download:
        dialog.get_by_test_id("download").click()
    assert download.value.suggested_filename == "denwa-recovery-codes.txt"
    lines = Path(download.value.path()).read_text().splitlines()
    assert hana.handle in lines[0] and lines[2:] == codes


def test_without_the_clipboard_codes_are_selected(hana):
    hana.page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    dialog, _, codes = turns_on(hana)
    dialog.get_by_test_id("copy").click()
    expect(dialog.get_by_test_id("copy")).to_have_text(re.compile("^Selected"))
    assert hana.page.evaluate("getSelection().toString()").split() == codes


def test_nothing_secret_stays_behind_a_closed_dialog(hana):
    dialog = begins(hana)
    secret = dialog.get_by_test_id("secret").inner_text()
    closes(hana)
    assert secret[:9] not in hana.page.content()
    dialog, _, codes = turns_on(hana)
    closes(hana)
    assert not any(code in hana.page.content() for code in codes)
    dialog = hana.opens_account()
    expect(dialog.get_by_test_id("codes-left")).to_contain_text("10")


def test_a_wrong_password_at_its_field(hana):
    dialog = begins(hana, "not the password")
    expect(dialog.get_by_test_id("begin-form").get_by_test_id("form-error")).to_have_text(re.compile("not your current password"))
    expect(dialog.get_by_test_id("factor-password")).to_be_focused()
    expect(dialog.get_by_test_id("factor-password")).to_have_attribute("aria-invalid", "true")
    dialog.get_by_test_id("cancel-second-factor").click()
    expect(dialog.get_by_test_id("set-up-second-factor")).to_be_visible()
    expect(dialog.get_by_role("heading", name="Two-step verification")).to_be_focused()
    expect(dialog.get_by_test_id("factor-password")).to_have_count(0)


def test_two_pages_at_once(hana, visitors):
    """What is set up elsewhere meanwhile is not set up again."""
    dialog = begins(hana)
    second = hana.context.new_page()
    second.goto(hana.url)
    second.get_by_test_id("account").click()
    other = second.get_by_test_id("account-dialog")
    other.get_by_test_id("set-up-second-factor").click()
    authenticator = Authenticator(uri(dialog))
    dialog.get_by_test_id("factor-code").fill(authenticator.code())
    dialog.get_by_test_id("factor-code").press("Enter")
    shown_codes(dialog)
    proves(other, "begin-form")
    expect(other.get_by_test_id("second-factor-error")).to_have_text("Two-step verification was turned on already.")
    expect(other.get_by_test_id("codes-left")).to_be_visible()
    second.close()


def test_logging_in_with_a_code(visitors, hana):
    _, authenticator, _ = turns_on(hana)
    phone = visitors()
    phone.logs_in(hana.handle)
    code = phone.find("code")
    expect(code).to_be_focused()
    expect(code).to_have_attribute("autocomplete", "one-time-code")
    expect(code).to_have_attribute("inputmode", "numeric")
    expect(phone.find("password")).to_have_count(0)
    assert PASSWORD not in phone.page.content()
    gives(phone, "000000")
    expect(phone.find("form-error")).to_have_text(WRONG_CODE)
    expect(code).to_be_focused()
    code.press("Enter")
    expect(phone.find("code-form")).to_be_visible()
    used = authenticator.code()
    gives(phone, f"{used[:3]} {used[3:]}")
    phone.is_online()


def test_another_language_keeps_the_step(visitors, hana):
    _, authenticator, _ = turns_on(hana)
    visitor = visitors()
    visitor.logs_in(hana.handle)
    expect(visitor.find("code-form")).to_be_visible()
    visitor.find("language").select_option("ja")
    expect(visitor.find("code-form")).to_contain_text("コード")
    expect(visitor.find("login-form")).to_have_count(0)
    expect(visitor.find("show-signup")).to_be_hidden()
    assert visitor.page.locator("input[type=password]").count() == 0, "the password is in the page"
    visitor.find("back-to-password").click()
    expect(visitor.find("login-form").get_by_test_id("handle")).to_have_value(hana.handle)
    visitor.find("language").select_option("en")
    expect(visitor.find("login-form")).to_be_visible()
    visitor.logs_in(hana.handle)
    expect(visitor.find("code-form")).to_be_visible()
    visitor.find("language").select_option("ja")
    gives(visitor, authenticator.code())
    visitor.is_online()


def test_back_to_the_password(visitors, hana):
    turns_on(hana)
    phone = visitors()
    phone.logs_in(hana.handle)
    phone.find("back-to-password").click()
    expect(phone.find("handle")).to_have_value(hana.handle)
    expect(phone.find("password")).to_be_empty()
    expect(phone.find("password")).to_be_focused()
    expect(phone.find("show-signup")).to_be_visible()
    phone.logs_in(hana.handle, "not the password")
    expect(phone.find("form-error")).not_to_be_empty()
    expect(phone.find("code-form")).to_have_count(0)


def test_a_recovery_code_works_once(visitors, hana):
    _, _, codes = turns_on(hana)
    phone = visitors()
    phone.logs_in(hana.handle)
    phone.find("use-other-code").click()
    expect(phone.find("code")).to_be_focused()
    expect(phone.find("code")).to_have_attribute("inputmode", "text")
    phone.find("code").fill(codes[3].upper().replace("-", " "))
    phone.find("submit").click()
    phone.is_online()
    expect(phone.opens_account().get_by_test_id("codes-left")).to_have_text("You have 9 recovery codes left.")
    closes(phone)
    phone.logs_out()
    phone.logs_in(hana.handle)
    gives(phone, codes[3], is_recovery=True)
    expect(phone.find("form-error")).to_have_text(WRONG_CODE)
    phone.find("use-other-code").click()
    expect(phone.find("form-error")).to_be_empty()
    expect(phone.find("code")).not_to_have_attribute("aria-invalid", "true")


def test_new_recovery_codes(hana):
    dialog, authenticator, old = turns_on(hana)
    dialog.get_by_test_id("kept").click()
    dialog.get_by_test_id("new-recovery-codes").click()
    proves(dialog, "recovery-form", code="000000")
    expect(dialog.get_by_test_id("recovery-form").get_by_test_id("form-error")).to_have_text(WRONG_CODE)
    proves(dialog, "recovery-form", code=authenticator.code())
    assert not set(shown_codes(dialog)) & set(old)


def test_turning_it_off(visitors, hana):
    dialog, _, codes = turns_on(hana)
    phone = visitors()
    phone.logs_in(hana.handle)
    gives(phone, codes[0], is_recovery=True)
    phone.is_online()
    dialog.get_by_test_id("kept").click()
    dialog.get_by_test_id("turn-off-second-factor").click()
    proves(dialog, "removal-form", "not the password", codes[1])
    expect(dialog.get_by_test_id("factor-password")).to_be_focused()
    dialog.get_by_test_id("removal-form").get_by_test_id("use-other-code").click()
    proves(dialog, "removal-form", code=codes[1])
    expect(dialog.get_by_test_id("set-up-second-factor")).to_be_visible()
    expect(dialog.get_by_role("status")).to_contain_text("Two-step verification is off.")
    phone.is_logged_out(LOGGED_OUT)
    phone.logs_in(hana.handle)
    phone.is_online()


def test_an_account_that_was_disabled(visitors, hana):
    denwa("account", "disable", hana.handle)
    hana.is_logged_out(LOGGED_OUT)
    hana.logs_in(hana.handle)
    expect(hana.find("form-error")).to_have_text(re.compile("closed by an administrator"))


def test_the_keyboard_alone(hana):
    press = hana.page.keyboard.press
    hana.find("account").focus()
    press("Enter")
    dialog = hana.find("account-dialog")
    dialog.get_by_test_id("set-up-second-factor").focus()
    press("Enter")
    expect(dialog.get_by_test_id("factor-password")).to_be_focused()
    hana.page.keyboard.insert_text(PASSWORD)
    press("Enter")
    expect(dialog.get_by_text("Scan this with your authenticator app:")).to_be_focused()
    press("Tab")
    expect(dialog.get_by_test_id("copy")).to_be_focused()
    press("Tab")
    expect(dialog.get_by_test_id("authenticator-link")).to_be_focused()
    press("Tab")
    expect(dialog.get_by_test_id("factor-code")).to_be_focused()
    hana.page.keyboard.insert_text(Authenticator(uri(dialog)).code())
    press("Enter")
    expect(dialog.get_by_role("heading", name="Your recovery codes")).to_be_focused()
    for hook in ("copy", "download", "kept"):
        press("Tab")
        expect(dialog.get_by_test_id(hook)).to_be_focused()
    press("Enter")
    expect(dialog.get_by_test_id("codes-left")).to_be_visible()
    expect(dialog.get_by_role("heading", name="Two-step verification")).to_be_focused()
    press("Tab")
    expect(dialog.get_by_test_id("new-recovery-codes")).to_be_focused()


def test_members_do_not_invite(hana):
    dialog = hana.opens_account()
    expect(dialog.get_by_test_id("set-up-second-factor")).to_be_visible()
    expect(dialog.get_by_test_id("invitations")).to_be_hidden()
    expect(hana.find("second-factor-due")).to_have_count(0)


def test_an_administrator_has_to_set_it_up_first(visitors, strict):
    admin = administrator(visitors(strict))
    expect(admin.find("second-factor-due")).to_be_visible()
    dialog = admin.opens_account()
    expect(dialog.get_by_test_id("second-factor-notice")).to_be_visible()
    expect(dialog.get_by_test_id("invitation-form")).to_be_hidden()
    closes(admin)
    dialog, _, _ = turns_on(admin)
    dialog.get_by_test_id("kept").click()
    expect(dialog.get_by_test_id("invitation-form")).to_be_visible()
    expect(dialog.get_by_test_id("second-factor-notice")).to_have_count(0)
    expect(admin.find("own-handle")).to_have_text(f"@{admin.handle}")


def test_everybody_has_to_set_it_up_first(world, visitors):
    port = free_port()
    with server("everybody", port, settings={"DENWA_SECOND_FACTOR": "everybody"}):
        visitor = visitors(f"http://localhost:{port}")
        visitor.find("show-signup").click()
        visitor.handle = f"ren-{free_port()}"
        form = visitor.find("signup-form")
        form.get_by_test_id("handle").fill(visitor.handle)
        form.get_by_test_id("password").fill(PASSWORD)
        form.get_by_test_id("submit").click()
        dialog = visitor.find("account-dialog")
        expect(dialog.get_by_test_id("second-factor-notice")).to_contain_text("This server asks everybody for it")
        dialog.get_by_test_id("set-up-second-factor").click()
        proves(dialog, "begin-form")
        dialog.get_by_test_id("factor-code").fill(Authenticator(uri(dialog)).code())
        dialog.get_by_test_id("factor-code").press("Enter")
        shown_codes(dialog)
        dialog.get_by_test_id("kept").click()
        visitor.is_online()
        expect(visitor.find("new-room")).to_have_count(1)
        visitor.photographs("everybody-second-factor")


def test_inviting_and_revoking(visitors, inviter, alice, room):
    inviter.reloads()
    dialog = inviter.opens_account()
    invitations = dialog.get_by_test_id("invitation")
    expect(dialog.get_by_test_id("invitation-form")).to_be_visible()
    before = invitations.count()
    dialog.get_by_test_id("invitation-uses").fill("0")
    dialog.get_by_test_id("invite").click()
    expect(dialog.get_by_test_id("invitation-uses")).to_be_focused()
    expect(dialog.get_by_test_id("invitation-form").get_by_test_id("form-error")).not_to_be_empty()
    dialog.get_by_test_id("invitation-uses").fill("2")
    dialog.get_by_test_id("invitation-room").select_option(room)
    dialog.get_by_test_id("invite").click()
    link = dialog.get_by_test_id("invitation-link").inner_text()
    expect(dialog.get_by_test_id("made-invitation").get_by_test_id("copy")).to_be_focused()
    expect(dialog.get_by_role("status")).to_contain_text("It is shown only now.")
    expect(invitations).to_have_count(before + 1)
    mine = invitations.filter(has_text=inviter.handle)
    for text in ("0 of 2 used", f"#{room}", "Valid until"):
        expect(mine).to_contain_text(text)
    guest = visitors()
    guest.page.goto(f"{guest.url}/#{urlsplit(link).fragment}")
    form = guest.find("signup-form")
    form.get_by_test_id("handle").fill(f"invited-{alice.handle[-8:]}")
    form.get_by_test_id("password").fill(PASSWORD)
    form.get_by_test_id("submit").click()
    guest.is_online()
    expect(guest.find("room-list").locator(f"[data-room={room}]")).to_have_attribute("data-member", "true")
    closes(inviter)
    assert urlsplit(link).fragment not in inviter.page.content()
    dialog = inviter.opens_account()
    expect(mine).to_contain_text("1 of 2 used")
    mine.get_by_role("button", name="Revoke").click()
    expect(mine).to_have_count(0)
    expect(dialog.get_by_test_id("invitations-done")).to_have_text("The invitation was revoked.")
    expect(dialog.get_by_role("status")).to_contain_text("The invitation was revoked.")


def test_an_invitation_that_was_revoked_meanwhile(inviter):
    denwa("invite", "create", "--uses", "77")
    dialog = inviter.opens_account()
    item = dialog.get_by_test_id("invitation").filter(has_text="of 77 used")
    expect(item).to_have_count(1)
    # It is for no room, and nobody with an account made it.
    expect(item).not_to_contain_text(re.compile("[#@]"))
    number = item.get_by_role("button").get_attribute("data-item")
    denwa("invite", "revoke", number)
    item.get_by_role("button").click()
    expect(dialog.get_by_test_id("invitations-error")).to_have_text(re.compile("revoked or used up already"))
    expect(item).to_have_count(0)
    inviter.forgives(f"/v1/admin/invitations/{number} → 404")


@pytest.mark.parametrize("name, options", [
    ("desktop", {}),
    ("dark", {"color_scheme": "dark"}),
    ("phone", PHONE),
    ("phone-dark", {**PHONE, "color_scheme": "dark"}),
    ("japanese", {"locale": "ja-JP"}),
    ("phone-japanese", {**PHONE, "locale": "ja-JP"}),
])
def test_the_second_factor_in_every_look(visitors, strict, name, options):
    visitor = visitors(strict, **options).signed_up("miyu")
    denwa("account", "role", visitor.handle, "admin")
    expect(visitor.find("login-form")).to_be_visible()
    visitor.logs_in(visitor.handle)
    visitor.is_online()
    visitor.page.goto(f"{visitor.url}/#/rooms")
    visitor.photographs(f"{name}-second-factor-due")
    dialog = visitor.opens_account()
    expect(dialog.get_by_test_id("second-factor-notice")).to_be_visible()
    visitor.photographs(f"{name}-second-factor-off")
    dialog.get_by_test_id("set-up-second-factor").click()
    proves(dialog, "begin-form")
    authenticator = Authenticator(uri(dialog))
    visitor.photographs(f"{name}-second-factor-secret")
    assert is_wide_enough(visitor)
    dialog.get_by_test_id("factor-code").fill("000000")
    dialog.get_by_test_id("factor-code").press("Enter")
    expect(dialog.get_by_test_id("enable-form").get_by_test_id("form-error")).not_to_be_empty()
    visitor.photographs(f"{name}-second-factor-wrong-code")
    dialog.get_by_test_id("factor-code").fill(authenticator.code())
    dialog.get_by_test_id("factor-code").press("Enter")
    shown_codes(dialog)
    visitor.photographs(f"{name}-second-factor-codes")
    assert is_wide_enough(visitor)
    dialog.get_by_test_id("kept").click()
    expect(dialog.get_by_test_id("codes-left")).to_be_visible()
    visitor.photographs(f"{name}-second-factor-on")
    dialog.get_by_test_id("invite").click()
    expect(dialog.get_by_test_id("invitation-link")).to_be_visible()
    visitor.photographs(f"{name}-invitation")
    assert is_wide_enough(visitor)
    dialog.get_by_test_id("turn-off-second-factor").click()
    visitor.photographs(f"{name}-second-factor-turn-off")
    closes(visitor)
    visitor.find("logout").click()
    visitor.logs_in(visitor.handle)
    gives(visitor, "000000")
    expect(visitor.find("form-error")).not_to_be_empty()
    visitor.photographs(f"{name}-code")
    visitor.find("use-other-code").click()
    visitor.photographs(f"{name}-recovery-code")
    assert is_wide_enough(visitor)
