"""A shell that chats: `denwa tail` and `denwa send`, as clients like any other."""

import json
import signal
import subprocess
from contextlib import contextmanager
from queue import Empty, Queue
from threading import Thread
from time import sleep

import pytest
from support.person import PASSWORD
from support.processes import OUTPUT, answers, binary, clean_environment, database_url, free_port, process, wait_until


def say(world, person, room, *words, given=None, **variables):
    return subprocess.run(
        [binary(), "send", room, *words, "--url", world.url], capture_output=True, text=True, timeout=60, input=given,
        env=clean_environment() | {"DENWA_TOKEN": person.token} | variables)


def newest(person, room):
    return person.history(room)["events"]


class Tail:
    """A running `denwa tail --json`: its events in order."""

    def __init__(self, child):
        self.child = child
        self.lines = Queue()
        Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.child.stdout:
            self.lines.put(json.loads(line))

    def next(self, patience=20):
        return self.lines.get(timeout=patience)

    def bodies(self, count):
        return [self.next()["body"] for _ in range(count)]


@contextmanager
def tail(url, person, room, *options):
    command = [binary(), "tail", room, "--url", url, "--json", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
                          env=clean_environment() | {"DENWA_TOKEN": person.token}) as child:
        try:
            yield Tail(child)
        finally:
            child.kill()


def test_what_is_sent_is_numbered_and_stored(world, alice, room):
    sent = say(world, alice, room, "もしもし", "--json")
    assert sent.returncode == 0, sent.stderr
    answer = json.loads(sent.stdout)
    event = newest(alice, room)[-1]
    assert (event["body"], event["seq"]) == ("もしもし", answer["seq"]) and answer["duplicate"] is False


def test_the_same_client_id_is_stored_once(world, alice, room):
    first, second = (say(world, alice, room, "v2 is out", "--client-id", "release-v2", "--json") for _ in range(2))
    assert json.loads(second.stdout) == json.loads(first.stdout) | {"duplicate": True}


def test_each_line_is_a_message(world, alice, room):
    sent = say(world, alice, room, given="one\n\n  \ntwo\nthree\n")
    assert [event["body"] for event in newest(alice, room)[-3:]] == ["one", "two", "three"]
    assert len(sent.stdout.split()) == 3


def test_a_tail_shows_what_was_and_what_comes(world, alice, room):
    for word in ("one", "two", "three"):
        alice.sends(word, to=room)
    with tail(world.url, alice, room, "--last", "2") as lines:
        assert lines.bodies(2) == ["two", "three"]
        alice.sends("four", to=room)
        assert lines.bodies(1) == ["four"]


def test_everything_behind_a_seq(world, alice, room):
    first = newest(alice, room)[-1]["seq"]
    alice.fills(room, 450, body="{}")
    with tail(world.url, alice, room, "--after", f"{first}", "--once") as lines:
        assert lines.bodies(450) == [f"{number}" for number in range(450)]
        assert lines.child.wait(20) == 0


def test_a_tail_survives_the_server(alice, room):
    """Killed and started again, with messages in between: each is shown once."""
    port = free_port()
    url = f"http://localhost:{port}"
    command = [binary(), "serve", "--database-url", database_url(), "--port", f"{port}"]
    with process(command, OUTPUT / "shell.log") as child:
        wait_until(lambda: answers(f"{url}/readyz"), child, OUTPUT / "shell.log")
        with tail(url, alice, room, "--last", "0") as lines:
            sleep(1)
            alice.sends("before", to=room)
            assert lines.bodies(1) == ["before"]
            child.kill()
            child.wait()
            for word in ("while", "it was", "away"):
                alice.sends(word, to=room)
            with process(command, OUTPUT / "shell-again.log"):
                assert lines.bodies(3) == ["while", "it was", "away"]
                alice.sends("after", to=room)
                assert lines.bodies(1) == ["after"]
                with pytest.raises(Empty):
                    lines.next(patience=1)


def test_ctrl_c_ends_it(world, alice, room):
    with tail(world.url, alice, room, "--last", "0") as lines:
        sleep(1)
        lines.child.send_signal(signal.SIGINT)
        assert lines.child.wait(10) == 0


def test_a_log_in_ends_with_the_command(world, alice, room):
    before = len(alice.api.get("/v1/me/sessions")["sessions"])
    sent = subprocess.run(
        [binary(), "send", room, "hello", "--url", world.url, "--handle", alice.handle], capture_output=True, text=True,
        timeout=60, input=PASSWORD + "\n", env=clean_environment())
    assert sent.returncode == 0, sent.stderr
    assert len(alice.api.get("/v1/me/sessions")["sessions"]) == before


def test_a_terminal_obeys_nobody(world, alice, room):
    alice.sends("\x1b[2Jgone\x07", to=room)
    shown = subprocess.run(
        [binary(), "tail", room, "--url", world.url, "--last", "1", "--once"], capture_output=True, text=True, timeout=60,
        env=clean_environment() | {"DENWA_TOKEN": alice.token})
    assert "gone" in shown.stdout and "\x1b" not in shown.stdout and "\x07" not in shown.stdout


@pytest.mark.parametrize("words, code, sentence", [
    (["send", "no-such-room", "hi"], 1, "no room named no-such-room"),
    (["tail", "no-such-room", "--once"], 1, "no room named no-such-room"),
    (["tail", "lobby", "--last", "201"], 64, "--last is 0 to 200"),
    (["send", "lobby", "--client-id", "a"], 64, "--client-id needs a text"),
    (["send", "lobby", "hi", "--url", "https://chat.example.com"], 64, "--url is http://host:port"),
])
def test_what_cannot_be_is_said(world, alice, words, code, sentence):
    url = [] if "--url" in words else ["--url", world.url]
    finished = subprocess.run([binary(), *words, *url], capture_output=True, text=True, timeout=60, input="",
                              env=clean_environment() | {"DENWA_TOKEN": alice.token})
    assert finished.returncode == code and sentence in finished.stderr, finished.stderr
    assert finished.stdout == ""


def test_nobody_is_named(world):
    finished = subprocess.run([binary(), "send", "lobby", "hi", "--url", world.url], capture_output=True, text=True,
                              timeout=60, env=clean_environment())
    assert finished.returncode == 64 and "DENWA_TOKEN" in finished.stderr


def test_a_token_that_is_over(world, alice):
    alice.api.delete("/v1/sessions/current")
    finished = say(world, alice, "lobby", "hi")
    assert finished.returncode == 1 and "401" in finished.stderr
