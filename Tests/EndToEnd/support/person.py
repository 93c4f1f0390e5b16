"""A person with an account: what they do over HTTP and on a socket."""

from uuid import uuid4

from support.api import Api
from support.socket import Socket

PASSWORD = "correct horse 電話 staple"


class World:
    """The server under test, and the people in it."""

    def __init__(self, url, contract):
        self.url = url
        self.contract = contract
        self.sockets = []

    def api(self, token=None):
        return Api(self.url, self.contract, token)

    def socket(self, headers, origin=None):
        url = self.url.replace("http", "ws", 1) + "/v1/socket"
        self.sockets.append(Socket(url, self.contract, headers, origin))
        return self.sockets[-1]

    def person(self, name):
        return Person(self, f"{name}-{uuid4().hex[:8]}")

    def end_sockets(self, mark=0):
        """Closes what was opened since there were `mark` sockets."""
        for socket in self.sockets[mark:]:
            socket.close()
        del self.sockets[mark:]


class Person:
    def __init__(self, world, handle):
        self.world = world
        self.handle = handle
        answer = world.api().post("/v1/accounts", handle=handle, password=PASSWORD)
        self.account = answer["account"]
        self.api = world.api(answer["session"]["token"])
        self.first_socket = None

    @property
    def token(self):
        return self.api.token

    @property
    def bearer(self):
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def socket(self):
        """The socket that this person mainly uses."""
        if self.first_socket is None:
            self.first_socket = self.opens_socket()
        return self.first_socket

    def opens_socket(self):
        return self.world.socket(self.bearer)

    def logs_in_again(self):
        """The same account with a session of its own."""
        other = object.__new__(Person)
        other.__dict__.update(self.__dict__, first_socket=None)
        other.api = self.world.api(
            self.world.api().post("/v1/sessions", handle=self.handle, password=PASSWORD)["session"]["token"])
        return other

    def makes_room(self, title=None):
        name = f"room-{uuid4().hex[:8]}"
        self.api.post("/v1/rooms", name=name, **({"title": title} if title else {}))
        return name

    def joins(self, room):
        return self.api.put(f"/v1/rooms/{room}/members/me")["room"]

    def leaves(self, room):
        self.api.delete(f"/v1/rooms/{room}/members/me")

    def listens(self, room, **position):
        return self.socket.subscribe(room, **position)

    def sends(self, body, to, client_id=None):
        """Returns the ack."""
        client_id = client_id or str(uuid4())
        self.socket.says("send", room=to, clientId=client_id, body=body)
        return self.socket.next("ack", clientId=client_id)

    def receives(self, body, **members):
        """Returns the event."""
        return self.socket.next("event", body=body, **members)

    def posts(self, body, to, client_id=None):
        """Sends over HTTP; returns the receipt."""
        return self.api.post(f"/v1/rooms/{to}/messages", clientId=client_id or str(uuid4()), body=body)

    def fills(self, room, count, body="message {}"):
        """Sends that many messages, many at a time, and waits for their acks."""
        for begin in range(0, count, 200):
            ids = {str(uuid4()): body.format(number) for number in range(begin, min(begin + 200, count))}
            for client_id, text in ids.items():
                self.socket.says("send", room=room, clientId=client_id, body=text)
            for client_id in ids:
                self.socket.next("ack", clientId=client_id)

    def reads(self, room, seq):
        """Moves the read marker over HTTP."""
        return self.api.put(f"/v1/rooms/{room}/read", seq=seq)

    def room_in_hello(self, room):
        """What a new socket is told of a room; `None` if nothing."""
        rooms = self.opens_socket().hello["rooms"]
        return next((each for each in rooms if each["name"] == room), None)

    def history(self, room, **query):
        query = "&".join(f"{name}={value}" for name, value in query.items())
        return self.api.get(f"/v1/rooms/{room}/events?{query}")
