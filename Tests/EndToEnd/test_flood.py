"""A thousand log-ins at once: hashing takes the memory that was set aside for it, whoever is not served is told to come back,
and those who chat go on chatting."""

import json
from collections import Counter
from statistics import median
from time import monotonic, sleep

import pytest

from support.accounts import addresses, copies
from support.figures import milliseconds, percentile, resident, size
from support.flood import flood
from support.installation import own_installation
from support.person import PASSWORD
from support.raw import TEXT, Wire, frame

pytestmark = pytest.mark.quiet

PEOPLE = 1_000
# How often they all come.
FLOODS = size("FLOODS", 3)
IS_LONG = FLOODS >= 10
SLOTS = 2
SLOT_BYTES = 20 << 20
# How long somebody who is refused may be left without an answer, in seconds.
PATIENCE = 2
# Between two messages of the pair.
PAUSE = 0.005
WRONG = "not the password"
# Nobody's, so it is refused before there is anything to hash.
TOO_LONG = "x" * 300


@pytest.fixture(scope="module")
def house(contract):
    with own_installation("flood", contract, ["--password-slots", str(SLOTS)]) as house:
        yield house


class Pair:
    """Two who chat, on connections that do nothing but that."""

    def __init__(self, house):
        self.people = [house.world.person(name) for name in ("hana", "taro")]
        self.room = self.people[0].makes_room()
        self.people[1].joins(self.room)
        self.wires = [Wire(house.port, house.world.contract, timeout=20) for _ in self.people]
        for wire, person in zip(self.wires, self.people):
            wire.upgrade(person.bearer)
            wire.says("subscribe", room=self.room)
        self.number = 0

    def chats(self, goes_on):
        """In turn, as long as `goes_on()`. Returns how many seconds each ack took."""
        times = []
        while goes_on():
            times.append(self.says_one())
            sleep(PAUSE)
        return times

    def says_one(self):
        self.number += 1
        wire, client_id = self.wires[self.number % 2], f"m{self.number}"
        data = frame(TEXT, json.dumps({"type": "send", "room": self.room, "clientId": client_id, "body": "もしもし"}).encode())
        begin = monotonic()
        wire.write(data)
        while True:
            opcode, payload = wire.read_frame()
            if opcode == TEXT and b'"type":"ack"' in payload and f'"{client_id}"'.encode() in payload:
                return monotonic() - begin


class Course:
    """The same two chat alone, beside a thousand who are refused at once, and beside a thousand who log in; again and again."""

    def __init__(self, house, crowd):
        self.house, self.crowd, self.pair = house, crowd, Pair(house)
        self.times = {"alone": [], "beside as many without hashing": [], "beside the flood": []}
        self.outcomes, self.on_the_way = [], []
        self.fresh, self.peak = self.memory(), 0

    def memory(self):
        return resident(self.house.child.pid)

    def runs(self):
        handles = iter(copies(self.house, self.pair.people[0].handle, PEOPLE * FLOODS))
        # Once without hashing and without being counted: a server that has never had so many connections has less memory.
        self.comes([("nobody", TOO_LONG)] * PEOPLE, 0)
        self.idle = self.memory()
        for _ in range(FLOODS):
            log_ins = [(next(handles), PASSWORD if n % 2 else WRONG) for n in range(PEOPLE)]
            begin = monotonic()
            self.times["beside the flood"].append(self.comes(log_ins, 0))
            seconds = monotonic() - begin
            self.times["alone"].append(self.pair.chats(for_seconds(seconds)))
            self.times["beside as many without hashing"].append(self.comes([("nobody", TOO_LONG)] * PEOPLE, seconds))

    def comes(self, log_ins, seconds):
        """Everybody at once, each from an address of their own. Returns the pair's times until all are answered, or longer."""
        hashes = log_ins[0][1] != TOO_LONG
        at_least = for_seconds(seconds)
        self.crowd.begins([(*each, address) for each, address in zip(log_ins, addresses(PEOPLE))])

        def goes_on():
            if hashes:
                self.peak = max(self.peak, self.memory())
            return self.crowd.goes_on() or at_least()

        times = self.pair.chats(goes_on)
        outcomes = self.crowd.ends()
        if hashes:
            self.outcomes += [(password, outcome) for (_, password), outcome in zip(log_ins, outcomes)]
        else:
            self.on_the_way += [outcome.seconds for outcome in outcomes]
        return times


def for_seconds(seconds):
    end = monotonic() + seconds
    return lambda: monotonic() < end


@pytest.fixture(scope="module")
def course(house):
    with flood(house.port) as crowd:
        course = Course(house, crowd)
        course.runs()
        yield course


def test_everybody_gets_an_answer(course):
    """Those with a slot the right one, all others that they have to come back.

    Nobody waits for longer than that, the way through such a crowd and back included.
    """
    right = {PASSWORD: 201, WRONG: 401}
    statuses = Counter(outcome.status for _, outcome in course.outcomes)
    assert all(outcome.status in (right[password], 503) for password, outcome in course.outcomes), statuses
    refused = [outcome for _, outcome in course.outcomes if outcome.status == 503]
    assert len(course.outcomes) - len(refused) >= FLOODS * SLOTS
    assert refused and all(int(outcome.retry_after) >= 1 for outcome in refused)
    times, on_the_way = sorted(outcome.seconds for outcome in refused), max(course.on_the_way)
    print(f"{len(course.outcomes)} log-ins in {FLOODS} floods: {dict(statuses)}; 503 after {median(times):.2f} s (median),"
          f" {percentile(times, 99):.2f} s (p99), {times[-1]:.2f} s (longest), {sum(time > PATIENCE for time in times)} of them after"
          f" more than {PATIENCE} s; answers without work came after {median(course.on_the_way):.2f} s to {on_the_way:.2f} s")
    assert times[-1] <= PATIENCE


def test_memory_is_bounded(course):
    """What the connections take is not hashing's: at rest means after as many of them."""
    fresh, idle, peak = (number / (1 << 20) for number in (course.fresh, course.idle, course.peak))
    bound, strict = (1.1 * (rest + SLOTS * SLOT_BYTES / (1 << 20)) for rest in (idle, fresh))
    print(f"resident memory: {peak:.1f} MiB at most; {idle:.1f} MiB at rest, so the bound is {bound:.1f} MiB"
          f" ({fresh:.1f} MiB before the first thousand connections, which would make it {strict:.1f} MiB)")
    assert peak <= bound


def test_those_who_chat_go_on(course):
    """In turn, so that what else the machine has to do meets both; few floods do not tell a p99."""
    p99 = {name: [percentile(times, 99) for times in rounds] for name, rounds in course.times.items()}
    for name, rounds in course.times.items():
        times = sum(rounds, [])
        print(f"ack {name}: p50 {milliseconds(median(times))}, p99 {milliseconds(percentile(times, 99))},"
              f" longest {milliseconds(max(times))}, {len(times)} messages")
    ratio = median(busy / alone for busy, alone in zip(p99["beside the flood"], p99["alone"]))
    print(f"p99 beside the flood is {ratio:.2f} times that alone (median of {FLOODS} pairs)")
    if IS_LONG:
        assert ratio <= 1.5
    assert max(sum(course.times["beside the flood"], [])) < 2


def test_all_is_well_after_it(house, course):
    course.pair.people[0].logs_in_again()
    assert course.pair.says_one() < 1 and house.readiness() == 200
