"""What somebody sees in a browser of what an operator has removed."""

import pytest
from playwright.sync_api import expect

from support.commands import denwa
from support.processes import OUTPUT
from test_retention import age

EXPIRED = {
    "en-GB": "This message was removed: the room does not keep messages this long.",
    "ja-JP": "このメッセージは、ルームの保存期間を過ぎたため削除されました。",
}


@pytest.fixture
def tea(alice):
    room = alice.makes_room(title="お茶の時間")
    alice.fills(room, 4, body="むかしむかし {}")
    age(room, 2, 3, 40)
    return room


@pytest.mark.parametrize("locale", EXPIRED)
def test_a_removed_message_says_why(visitors, alice, tea, locale):
    denwa("retention", "set", "30", "--room", tea)
    denwa("retention", "run", "--room", tea, "--yes")
    hana = visitors(locale=locale).signed_up("hana")
    hana.enters(tea)
    hana.watches_for_holes()
    expect(hana.find("message-removed")).to_have_text([EXPIRED[locale]] * 2)
    assert hana.bodies() == ["むかしむかし 2", "むかしむかし 3"] and hana.seqs() == [2, 3, 4, 5]
    hana.page.screenshot(path=f"{OUTPUT}/removed-{locale}.png")
    alice.posts("いま", to=tea)
    hana.sees("いま")
    assert hana.find("new-messages-pill").is_hidden()


def test_an_archived_room_has_nothing_to_write_in(visitors, tea):
    hana = visitors().signed_up("hana")
    hana.enters(tea)
    denwa("room", "archive", tea)
    hana.sends("too late")
    hana.sees("too late", state="failed")
    expect(hana.find("message").last).to_contain_text("This room is archived and takes no more messages.")
    hana.find("discard").click()
    hana.reloads()
    expect(hana.find("archived")).to_contain_text("You can read it, but nothing new can be sent.")
    expect(hana.find("composer")).to_have_count(0)
    expect(hana.find("message")).to_have_count(4)
    hana.page.screenshot(path=f"{OUTPUT}/archived.png")
    denwa("room", "unarchive", tea)
    hana.reloads()
    hana.sends("in time")
    hana.sees("in time")


def test_who_is_taken_out_is_outside(visitors, tea):
    hana = visitors().signed_up("hana")
    hana.enters(tea)
    denwa("room", "ban", tea, hana.handle)
    expect(hana.find("join-room")).to_be_visible(timeout=2_000)
    hana.find("join-room").click()
    expect(hana.page.get_by_role("alert").filter(has_text="You cannot join this room any more")).to_be_visible()


def test_a_deleted_room_is_not_in_the_list(visitors, tea):
    hana = visitors().signed_up("hana")
    hana.enters(tea)
    expect(hana.page.locator(f"a[href='#/rooms/{tea}']")).to_have_count(1)
    denwa("room", "delete", tea, "--yes")
    expect(hana.page.get_by_text("There is no room of this name.")).to_be_visible(timeout=2_000)
    expect(hana.page.locator(f"a[href='#/rooms/{tea}']")).to_have_count(0)
