"""`denwa import slack`: a workspace becomes accounts and rooms, and again, and when it has grown."""

import json
import signal
import subprocess
from time import monotonic

import pytest

from support.postgres import own_cluster
from support.processes import binary, clean_environment
from support.transfer import Databases, Slack, at, channel, content, counts, execute, rows, run, says, succeeds, user, value


@pytest.fixture(scope="module")
def databases():
    with own_cluster("transfer-slack") as cluster:
        yield Databases(cluster)


@pytest.fixture
def archive(tmp_path):
    """Writes an archive; returns its path."""
    def write(slack, name="slack.zip"):
        (tmp_path / name).write_bytes(slack.build())
        return tmp_path / name
    return write


def log(url, room):
    return rows(url, """
        SELECT e.seq, e.kind, a.handle, e.body FROM events e JOIN rooms r ON r.id = e.room_id JOIN accounts a ON a.id = e.author_id
        WHERE r.name = %s ORDER BY e.seq""", room)


def is_sound(url):
    """What the room writer promises of every log."""
    assert value(url, "SELECT count(*) FROM rooms r WHERE head <> (SELECT count(*) FROM events WHERE room_id = r.id)") == 0
    assert value(url, "SELECT count(*) FROM rooms r WHERE head <> (SELECT coalesce(max(seq), 0) FROM events WHERE room_id = r.id)") == 0
    assert value(url, """SELECT count(*) FROM events e WHERE kind = 'message' AND (
        digest IS DISTINCT FROM sha256(convert_to(body, 'UTF8')) OR NOT EXISTS (
            SELECT FROM memberships m WHERE (m.room_id, m.account_id) = (e.room_id, e.author_id)
                AND m.joined_seq < e.seq AND coalesce(m.left_seq > e.seq, true)))""") == 0
    assert value(url, "SELECT count(*) FROM memberships") == value(url, "SELECT count(*) FROM events WHERE kind = 'joined'")
    assert value(url, "SELECT count(*) FROM memberships WHERE left_seq IS NOT NULL") == value(
        url, "SELECT count(*) FROM events WHERE kind = 'left'")


def test_a_workspace(databases, archive):
    slack = Slack()
    slack.users.append(user("U5", "花子", profile={"display_name": "花子 二"}))
    slack.channels.append(channel("C2", "dev_ops", ["U2"], is_archived=True))
    slack.days["general/2019-01-01.json"] = [
        says("U2", 3, "third: 1 &lt; 2, <!here> <#C2> <@U5>"), says("U1", 1, "hello <@U2> &amp; <#C1|general>"),
        says("U2", 2, "see <https://example.com|this page>"),
    ]
    slack.days["dev_ops/2019-01-02.json"] = [says("U3", 90_000, "bye"), says("U1", 90_001, "", subtype="channel_leave")]
    url = databases.fresh()
    added = counts("import", "slack", archive(slack), url=url)
    assert (added["accounts"], added["rooms"]) == (5, 2)
    assert added["events"] == value(url, "SELECT count(*) FROM events") == 5 + 4
    assert log(url, "general") == [
        (1, "joined", "hana", None), (2, "message", "hana", "hello @ken & #general"), (3, "joined", "ken", None),
        (4, "message", "ken", "see this page (https://example.com)"),
        (5, "message", "ken", "third: 1 < 2, @here #dev-ops @slack-u5"),
    ]
    # Who is not in the channel any more has left, and who is in it without having written has come.
    assert log(url, "dev-ops") == [(1, "joined", "gone", None), (2, "message", "gone", "bye"), (3, "joined", "ken", None),
                                   (4, "left", "gone", None)]
    assert value(url, "SELECT created_at = to_timestamp(1546300801) FROM events WHERE client_id = %s", f"slack:{at(1)}")
    assert rows(url, "SELECT handle, display_name, role, disabled_at IS NOT NULL, password_hash FROM accounts ORDER BY handle") == [
        ("gone", "gone", "member", True, None), ("hana", "花子", "member", False, None), ("hookbot", "hookbot", "bot", False, None),
        ("ken", "ken", "member", False, None), ("slack-u5", "花子 二", "member", False, None)]
    assert rows(url, "SELECT name, title, archived_at IS NOT NULL FROM rooms ORDER BY name") == [
        ("dev-ops", "dev_ops", True), ("general", "general", False)]
    is_sound(url)


def test_what_is_not_taken_is_counted(databases, archive):
    slack = Slack()
    slack.entries.update({
        "groups.json": json.dumps([channel("G1", "secret-plans", ["U1"])]), "secret-plans/2019-01-01.json": json.dumps([says("U1", 1, "psst")]),
        "dms.json": json.dumps([{"id": "D1", "created": 1, "members": ["U1", "U2"]}]), "D1/2019-01-01.json": json.dumps([says("U1", 1, "psst")]),
        "integration_logs.json": "[]", "general/canvas.json": "{}",
    })
    slack.days["general/2019-01-01.json"] = [
        says("U1", 1, "a", reactions=[{"name": "tada", "users": ["U1", "U2"], "count": 2}], edited={"user": "U1", "ts": at(5)}),
        says("U2", 2, "b", thread_ts=at(1)), says("U2", 3, "new topic", subtype="channel_topic"),
        says("U2", 4, "", subtype="tombstone"), says("U1", 5, ""), says("U1", 5, "", ts=at(6), files=[{"name": "plan.pdf"}, {"mode": "tombstone"}]),
        says("U1", 7, "<https://example.com>", attachments=[{"from_url": "https://example.com", "text": "preview"}]),
        {"type": "message", "ts": at(8), "text": "nobody"}, says("U1", 9, "い" * 20_000),
        {"type": "message", "subtype": "bot_message", "bot_id": "B1", "username": "Deploy Bot", "ts": at(10), "text": "",
         "attachments": [{"title": "Done", "text": "all <https://ci|green>"}, {"fallback": "only this"}]},
        says("U1", 1, "again", ts=at(1)),
    ]
    url = databases.fresh()
    added = counts("import", "slack", archive(slack), url=url)
    assert added["notes"] == {
        "reactions": 2, "edits": 1, "threadReplies": 1, "notices": 1, "deleted": 1, "withoutText": 1, "files": 2, "previews": 1,
        "withoutAuthor": 1, "longMessages": 1, "repeated": 1, "privateConversations": 2, "otherFiles": 2}
    bodies = [body for _, kind, _, body in log(url, "general") if kind == "message"]
    assert bodies[:4] == ["a", "b", "[file: plan.pdf]\n[file]", "https://example.com"]
    assert "".join(bodies[4:7]) == "い" * 20_000 and bodies[7:] == ["Done\nall green (https://ci)\nonly this"]
    assert "psst" not in str(log(url, "general")) and value(url, "SELECT count(*) FROM rooms") == 1
    assert rows(url, "SELECT display_name, role FROM accounts WHERE handle = 'deploy-bot'") == [("Deploy Bot", "bot")]
    is_sound(url)
    table = succeeds("import", "slack", archive(slack), "--dry-run", url=url)
    assert "private channels and direct messages: not taken" in table.out.decode()


def test_private_conversations_only_when_asked_for(databases, archive):
    slack = Slack()
    slack.entries.update({
        "groups.json": json.dumps([channel("G1", "plans", ["U1"])]), "plans/2019-01-01.json": json.dumps([says("U1", 1, "psst")]),
        "dms.json": json.dumps([{"id": "D1", "created": 1, "members": ["U2", "U1"]}]), "D1/2019-01-01.json": json.dumps([says("U1", 1, "hi")]),
    })
    url = databases.fresh()
    succeeds("import", "slack", archive(slack), "--include-private", "--prefix", "old-", url=url)
    assert [name for name, in rows(url, "SELECT name FROM rooms ORDER BY name")] == ["old-dm-hana-ken", "old-general", "old-plans"]
    is_sound(url)


def test_again_and_when_it_has_grown(databases, archive):
    slack = Slack()
    slack.days["general/2019-01-01.json"] = [
        says("U1", 1, "a"), says("U1", 2, "", subtype="channel_join"), says("U1", 3, "", subtype="channel_leave"),
        says("U2", 4, "", subtype="channel_join"), says("U2", 5, "b"), says("U1", 6, "", subtype="channel_join"),
    ]
    url = databases.fresh()
    first = counts("import", "slack", archive(slack), url=url)
    before, was = content(url), log(url, "general")
    assert [kind for _, kind, _, _ in was] == ["joined", "message", "left", "joined", "message", "joined"]
    again = succeeds("import", "slack", archive(slack), url=url)
    assert "Nothing to do" in again.err and content(url) == before and first["events"] == len(was)

    # Somebody leaves here, writes here, and Slack goes on: everything new comes behind.
    execute(url, """WITH gone AS (UPDATE memberships m SET left_seq = 7, left_at = now() FROM accounts a
            WHERE a.id = m.account_id AND a.handle = 'hana' AND left_seq IS NULL RETURNING room_id, account_id),
        moved AS (UPDATE rooms SET head = 7 WHERE name = 'general')
        INSERT INTO events (room_id, seq, kind, author_id, created_at) SELECT room_id, 7, 'left', account_id, now() FROM gone""")
    assert "Nothing to do" in succeeds("import", "slack", archive(slack), url=url).err
    slack.users.append(user("U6", "newbie"))
    slack.days["general/2019-01-01.json"][4]["text"] = "b, edited"
    slack.days["general/2019-01-03.json"] = [says("U6", 200_000, "c"), says("U2", 200_001, "d")]
    slack.channels.append(channel("C9", "later", ["U6"], created=1_546_400_000))
    grown = counts("import", "slack", archive(slack), url=url)
    assert (grown["accounts"], grown["rooms"], grown["notes"]["changedSince"]) == (1, 1, 1)
    assert log(url, "general")[:7] == [*was, (7, "left", "hana", None)]
    assert log(url, "general")[7:] == [
        (8, "joined", "newbie", None), (9, "message", "newbie", "c"), (10, "message", "ken", "d"), (11, "left", "newbie", None)]
    is_sound(url)


def test_who_was_erased_or_banned_does_not_come_back(databases, archive):
    slack = Slack()
    slack.days["general/2019-01-01.json"] = [says("U1", 1, "a secret of hana's"), says("U2", 2, "b")]
    url = databases.fresh()
    counts("import", "slack", archive(slack), url=url)
    succeeds("account", "erase", "hana", "--yes", url=url)
    succeeds("room", "ban", "general", "ken", url=url)
    slack.days["general/2019-01-02.json"] = [says("U2", 100_000, "c")]
    counts("import", "slack", archive(slack), url=url)
    assert value(url, "SELECT count(*) FROM events WHERE body = 'a secret of hana''s'") == 0
    assert [body for _, kind, handle, body in log(url, "general") if (kind, handle) == ("message", "ken")] == ["b", "c"]
    assert value(url, """SELECT count(*) FROM memberships m JOIN accounts a ON a.id = m.account_id JOIN rooms r ON r.id = m.room_id
        WHERE (r.name, a.handle) = ('general', 'ken') AND left_seq IS NULL""") == 0
    is_sound(url)


@pytest.mark.parametrize("turn", range(4))
def test_killed_in_the_middle_and_again(databases, archive, turn):
    slack = Slack()
    for day in range(1, 13):
        slack.days[f"general/2019-01-{day:02}.json"] = [
            says(f"U{number % 3 + 1}", day * 86_400 + number, f"message {number} of day {day}",
                 **({"subtype": "channel_leave"} if number % 100 == 99 else {})) for number in range(1_000)]
    path = archive(slack)
    whole = databases.fresh()
    succeeds("import", "slack", path, url=whole)
    expected = log(whole, "general")
    is_sound(whole)
    url = databases.fresh()
    child = subprocess.Popen([binary(), "import", "slack", path, "--database-url", url], stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=clean_environment())
    deadline = monotonic() + 60
    while value(url, "SELECT coalesce(max(head), -1) FROM rooms") <= turn * 3_000 - (turn == 0):
        assert child.poll() is None and monotonic() < deadline
    child.send_signal(signal.SIGKILL)
    child.wait(10)
    head = value(url, "SELECT max(head) FROM rooms")
    assert head < len(expected), "it was over before it was killed"
    succeeds("import", "slack", path, url=url)
    assert log(url, "general") == expected
    is_sound(url)
    print(f"killed after {head} of {len(expected)} events")


def test_what_was_imported_can_be_exported(databases, archive, tmp_path):
    url, other = databases.fresh(), databases.fresh()
    succeeds("import", "slack", archive(Slack()), url=url)
    stream = succeeds("export", "-", url=url).out
    succeeds("import", "-", given=stream, url=other)
    assert succeeds("export", "-", url=other).out == stream


def test_a_room_of_our_own_is_left_alone(databases, archive):
    url = databases.fresh()
    succeeds("import", "slack", archive(Slack()), url=url)
    execute(url, "UPDATE events SET client_id = 'ours-' || seq WHERE kind = 'message'")
    finished = run("import", "slack", archive(Slack()), url=url)
    assert finished.code == 1 and "messages that are not from Slack" in finished.err and "--prefix" in finished.err
    succeeds("import", "slack", archive(Slack()), "--prefix", "slack-", url=url)
    assert value(url, "SELECT count(*) FROM rooms") == 2


def test_bad_options(databases, archive):
    url = databases.fresh()
    for prefix in ["-x", "A", "a b", "x" * 21]:
        assert run("import", "slack", archive(Slack()), f"--prefix={prefix}", url=url).code == 64
