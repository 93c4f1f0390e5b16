"""Whether there is an account cannot be told by how long a refused log-in takes, nor by anything else about the answer."""

import random
from statistics import median
from time import perf_counter

import pytest

from support.accounts import addresses, copies
from support.figures import milliseconds, percentile, size
from support.installation import own_installation

pytestmark = pytest.mark.quiet

# Pairs of log-ins: one to an account, one to none.
PAIRS = size("PAIRS", 60)
WARM_UP = 20
# The difference of the medians. Of few pairs they are not known as well.
BOUND = 0.002 if PAIRS >= 1_000 else 0.01


@pytest.fixture(scope="module")
def house(contract):
    with own_installation("times", contract) as house:
        yield house


class Asker:
    """One connection, over which every log-in comes from another network and to another account."""

    def __init__(self, house):
        self.http = house.world.api().http
        self.url = house.url + "/v1/sessions"

    def tries(self, handle):
        """The answer but for its date, and how many seconds it took."""
        headers = {"X-Forwarded-For": addresses(1)[0]}
        begin = perf_counter()
        answer = self.http.post(self.url, json={"handle": handle, "password": "not the password at all"}, headers=headers)
        seconds = perf_counter() - begin
        fields = {name: value for name, value in answer.headers.items() if name.lower() != "date"}
        return (answer.status_code, tuple(fields.items()), answer.content), seconds


def test_known_and_unknown_accounts_take_the_same_time(house):
    person, asker, chance = house.world.person("one"), Asker(house), random.Random(1)
    known = copies(house, person.handle, PAIRS + WARM_UP, "known")
    nobody = [handle.replace("known", "knowm") for handle in known]
    for pair in zip(known[PAIRS:], nobody[PAIRS:]):
        for handle in pair:
            asker.tries(handle)
    asked = known[:PAIRS] + nobody[:PAIRS]
    chance.shuffle(asked)
    times, answers = {"known": [], "knowm": []}, set()
    for handle in asked:
        answer, seconds = asker.tries(handle)
        answers.add(answer)
        times[handle.partition("-")[0]].append(seconds)
    known, unknown = times.values()
    difference = median(known) - median(unknown)
    print(f"{PAIRS} pairs: known {milliseconds(median(known))}, unknown {milliseconds(median(unknown))}, difference of the medians"
          f" {milliseconds(difference)} (95 % within {milliseconds(uncertainty(known, unknown, chance))}), of p95"
          f" {milliseconds(percentile(known, 95) - percentile(unknown, 95))}; {len(answers)} different answer(s)")
    assert len(answers) == 1 and answers.pop()[0] == 401
    assert abs(difference) <= BOUND


def uncertainty(known, unknown, chance):
    """How far the difference is from nothing by chance alone: as often as the times are dealt out anew, in 95 of 100."""
    both = known + unknown
    differences = []
    for _ in range(500):
        chance.shuffle(both)
        differences.append(abs(median(both[:len(known)]) - median(both[len(known):])))
    return percentile(differences, 95)
