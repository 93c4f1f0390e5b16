"""One server for the whole run, and the people who use it."""

import signal

import pytest
from playwright.sync_api import sync_playwright

from support.browser import CHROMIUM, Visitor
from support.commands import denwa
from support.contract import Contract
from support.person import PASSWORD, World
from support.processes import OUTPUT, WORKER, children, free_port, migrate, server
from support.tcp_proxy import Cable

# A shell that runs the suite in the background has Ctrl-C ignored, and so would have the programs that the suite starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

CONTRACT = Contract()
OWN_CHILDREN = set(children())
LEFT_BY_WORKERS = []


class Ports:
    """Chosen before the server starts, because it has to know the origins in front of it."""

    def __init__(self):
        self.server, self.nginx, self.cable = free_port(), free_port(), free_port()


@pytest.fixture(scope="session")
def ports():
    return Ports()


@pytest.fixture(scope="session")
def contract():
    return CONTRACT


@pytest.fixture(scope="session")
def world(ports, contract):
    migrate()
    origins = [f"http://localhost:{port}" for port in (ports.nginx, ports.cable)]
    with server("server", ports.server, allowed_origins=origins, settings={"DENWA_GUESTS": "true"}):
        world = World(f"http://localhost:{ports.server}", contract)
        yield world
        world.end_sockets()
    assert PASSWORD not in (OUTPUT / "server.log").read_text(), "a password is in the log"


@pytest.fixture(autouse=True)
def sockets_end_with_the_test(request):
    if "world" not in request.fixturenames:
        yield
        return
    world = request.getfixturevalue("world")
    mark = len(world.sockets)
    yield
    world.end_sockets(mark)


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def cable(ports):
    """What is between the visitors and the server."""
    with Cable(ports.cable, ports.server) as cable:
        yield cable


@pytest.fixture
def visitors(browser, cable, ports, contract, world):
    """Opens browser profiles; at the end each must be without errors."""
    opened = []

    def open_one(url=f"http://localhost:{ports.cable}", **options):
        opened.append(Visitor(browser, url, contract, **options))
        return opened[-1]

    yield open_one
    cable.plug_in()
    for visitor in opened:
        visitor.ends()


@pytest.fixture
def alice(world):
    return world.person("alice")


@pytest.fixture
def bob(world):
    return world.person("bob")


@pytest.fixture
def owner(world):
    return administrator(world, "owner")


@pytest.fixture
def admin(world):
    return administrator(world, "admin")


def administrator(world, role):
    """Somebody with a role that only the command line gives."""
    person = world.person(role)
    denwa("account", "role", person.handle, role)
    return person.logs_in_again()


@pytest.fixture
def room(alice):
    """A room of Alice's, where nobody else is yet."""
    return alice.makes_room()


@pytest.fixture(scope="module")
def bystander(world):
    """Somebody with an open socket, who must not notice what others do."""
    return Bystander(world)


class Bystander:
    def __init__(self, world):
        self.person = world.person("bystander")
        self.room = self.person.makes_room()
        self.person.listens(self.room)

    def is_unharmed(self):
        ack = self.person.sends("still here", to=self.room)
        assert self.person.receives("still here")["seq"] == ack["seq"]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Takes over what a worker has seen and left."""
    seen = getattr(node, "workeroutput", {})
    CONTRACT.add(seen.get("counts", []))
    LEFT_BY_WORKERS.extend(seen.get("left", []))


def pytest_terminal_summary(terminalreporter):
    terminalreporter.write_line(CONTRACT.totals)
    unseen = sorted(set(CONTRACT.socket.frames) - set(CONTRACT.socket.received))
    if unseen:
        terminalreporter.write_line(f"frames that no test saw: {', '.join(unseen)}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    left = set(children()) - OWN_CHILDREN if not session.config.getoption("numprocesses", None) else LEFT_BY_WORKERS
    if WORKER:
        session.config.workeroutput.update(counts=CONTRACT.counts, left=sorted(left))
    elif left:
        session.exitstatus = 1
        print(f"\nprocesses that were left running: {sorted(left)}")


def pytest_collection_modifyitems(items):
    """The browsers come first: there are few rooms yet, and their pictures are clear."""
    items.sort(key=lambda item: not item.path.name.startswith("test_browser"))


def pytest_make_parametrize_id(val):
    """Long and strange values in the names of tests."""
    text = val if isinstance(val, str) else repr(val)
    return text.encode("unicode_escape").decode()[:40]
