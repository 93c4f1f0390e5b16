"""A whole chat client, written from docs/asyncapi.yaml: python example_client.py URL HANDLE PASSWORD ROOM"""
import asyncio, contextlib, json, sys, uuid
from urllib.request import Request, urlopen
from websockets import ConnectionClosed, connect

url, handle, password, room = sys.argv[1:]
login = Request(f"{url}/v1/sessions", json.dumps({"handle": handle, "password": password}).encode())
login.add_header("Content-Type", "application/json")
headers = {"Authorization": "Bearer " + json.load(urlopen(login))["session"]["token"]}
position, typed, unacked = {}, asyncio.Queue(), {}

async def read_lines():
    while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
        await typed.put({"type": "send", "room": room, "clientId": str(uuid.uuid4()), "body": line})

async def say_lines(socket):
    for command in [{"type": "subscribe", "room": room, **position}, *unacked.values()]:
        await socket.send(json.dumps(command))
    while command := await typed.get():
        unacked[command["clientId"]] = command
        await socket.send(json.dumps(command))

def understand(frame):
    match frame["type"]:
        case "hello": position.setdefault("epoch", frame["epoch"])
        case "subscribed":
            for gap in frame["gaps"]: print(f"({gap['count']} older events are not shown)", flush=True)
        case "event":
            position["after"] = frame["seq"]
            print(frame["author"]["displayName"], frame.get("body", frame["kind"]), flush=True)
        case "ack": unacked.pop(frame["clientId"], None)
        case "error" if frame["retryable"] or frame["code"] == "resync_required":
            if not frame["retryable"]: position.clear()
            raise ConnectionClosed(None, None)  # Come back, and say again what is not acked.
        case "error": sys.exit(frame["detail"])

async def main():
    typing = asyncio.create_task(read_lines())
    async for socket in connect(f"ws{url[4:]}/v1/socket", subprotocols=["denwa.v1"], additional_headers=headers):
        saying = asyncio.create_task(say_lines(socket))
        with contextlib.suppress(ConnectionClosed):
            async for text in socket: understand(json.loads(text))
        saying.cancel()

asyncio.run(main())
