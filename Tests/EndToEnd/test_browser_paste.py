"""Passwords are pasted into every field that takes one, as password managers and people with long passwords do."""

import pytest
from playwright.sync_api import expect

from support.commands import denwa
from support.person import PASSWORD

PASTED = "tea before the sunrise 電話 🌸"


@pytest.fixture
def pastes():
    """Pastes with the keyboard, from the clipboard."""
    def paste(visitor, field):
        visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
        visitor.page.evaluate("text => navigator.clipboard.writeText(text)", PASTED)
        field.focus()
        visitor.page.keyboard.press("Control+V")
        expect(field).to_have_value(PASTED)
        expect(field).to_have_attribute("type", "password")

    return paste


def test_logging_in_and_signing_up(visitors, pastes):
    visitor = visitors()
    pastes(visitor, visitor.find("login-form").get_by_test_id("password"))
    visitor.find("show-signup").click()
    pastes(visitor, visitor.find("signup-form").get_by_test_id("password"))


def test_a_pasted_password_logs_in(visitors, world, pastes, alice):
    """What is pasted is what is sent, to the last character."""
    alice.api.put("/v1/me/password", oldPassword=PASSWORD, newPassword=PASTED)
    visitor = visitors()
    form = visitor.find("login-form")
    form.get_by_test_id("handle").fill(alice.handle)
    pastes(visitor, form.get_by_test_id("password"))
    form.get_by_test_id("submit").click()
    visitor.is_online()


def test_changing_the_password(visitors, pastes):
    visitor = visitors().signed_up("hana")
    dialog = visitor.opens_account()
    for name in ("old-password", "new-password"):
        pastes(visitor, dialog.get_by_test_id(name))


def test_choosing_one_with_a_link(visitors, pastes, ports, alice):
    token = denwa("account", "reset-link", alice.handle).strip().partition("#reset=")[2]
    visitor = visitors(f"http://localhost:{ports.cable}/#reset={token}")
    pastes(visitor, visitor.page.locator("[autocomplete=new-password]"))
