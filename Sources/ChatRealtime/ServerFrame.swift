package import ChatCore
import NIOCore

/// What sockets are told. On the native door each is one JSON object in one text frame (docs/asyncapi.yaml).
package enum ServerFrame: Sendable {
    case hello(Greeting, Session, server: String, heartbeatSeconds: Int, messageBytes: Int)
    case subscribed(RoomName, EventPage, after: Int64, gap: Gap?, ref: String?)
    case unsubscribed(RoomName, reason: String, ref: String?)
    case event(Event)
    case behind(Gap)
    case history(RoomName, EventPage, ref: String?)
    case read(ReadMarker, ref: String?)
    /// Somebody is about to say something.
    case typing(RoomName, Account, ref: String?)
    case ack(RoomName, ClientID, Receipt, ref: String?)
    case heartbeat(at: Timestamp, heads: [(RoomName, Int64)])
    /// Another session carries the socket on.
    case refreshed(Session, ref: String?)
    /// The session, and with it the socket, ends soon.
    case expiring(at: Timestamp)
    case error(ChatError, ClientCommand.Echo)

    /// Its frames, header and all.
    func bytes(in dialect: Dialect) -> ByteBuffer {
        var writer = FrameWriter()
        dialect.write(self, &writer)
        return writer.buffer
    }

    /// The members of its JSON object.
    func writeMembers(_ json: inout JSONWriter) {
        switch self {
        case .hello(let greeting, let session, let server, let heartbeatSeconds, let messageBytes):
            Self.hello(greeting, session, server, heartbeatSeconds, messageBytes, &json)
        case .subscribed(let room, let page, let after, let gap, let ref):
            json.member("type", "subscribed")
            json.member("ref", ref)
            json.member("room", room.description)
            json.member("title", page.title)
            json.member("after", after)
            json.member("head", page.head)
            json.array("gaps") { json in if let gap { json.object { $0.members(of: gap) } } }
        case .unsubscribed(let room, let reason, let ref):
            json.member("type", "unsubscribed")
            json.member("ref", ref)
            json.member("room", room.description)
            json.member("reason", reason)
        case .event(let event):
            json.member("type", "event")
            json.members(of: event)
        case .behind(let gap):
            json.member("type", "behind")
            json.members(of: gap)
        case .history(let room, let page, let ref):
            json.member("type", "history")
            json.member("ref", ref)
            page.writeMembers(&json, of: room)
        case .read(let marker, let ref):
            json.member("type", "read")
            json.member("ref", ref)
            json.members(of: marker)
        case .typing(let room, let account, let ref):
            json.member("type", "typing")
            json.member("ref", ref)
            json.member("room", room.description)
            json.object("author") { $0.members(of: account) }
        case .ack(let room, let clientID, let receipt, let ref):
            json.member("type", "ack")
            json.member("ref", ref)
            json.members(of: receipt, for: room, clientID)
        case .heartbeat(let at, let heads):
            json.member("type", "heartbeat")
            json.member("at", at)
            json.object("heads") { json in for (room, head) in heads { json.member(room.description, head) } }
        case .refreshed(let session, let ref):
            json.member("type", "refreshed")
            json.member("ref", ref)
            json.object("session") { $0.members(of: session) }
        case .expiring(let at):
            json.member("type", "expiring")
            json.member("expiresAt", at)
        case .error(let error, let echo): Self.error(error, echo, &json)
        }
    }

    private static func hello(
        _ greeting: Greeting, _ session: Session, _ server: String, _ heartbeatSeconds: Int, _ messageBytes: Int,
        _ json: inout JSONWriter
    ) {
        json.member("type", "hello")
        json.member("protocol", "denwa.v1")
        json.member("server", server)
        json.member("epoch", greeting.epoch)
        json.object("account") { $0.members(of: greeting.account) }
        json.object("session") { $0.members(of: session) }
        json.member("heartbeatSeconds", Int64(heartbeatSeconds))
        json.object("limits") {
            $0.member("messageBytes", Int64(messageBytes))
            $0.member("bodyCodePoints", Int64(MessageBody.limit))
        }
        json.array("rooms") { json in
            for room in greeting.rooms {
                json.object {
                    $0.member("name", room.name.description)
                    $0.member("title", room.title)
                    $0.member("head", room.head)
                    $0.member("read", room.read)
                    $0.member("unread", room.unread)
                }
            }
        }
    }

    private static func error(_ error: ChatError, _ echo: ClientCommand.Echo, _ json: inout JSONWriter) {
        json.member("type", "error")
        json.member("ref", echo.ref)
        json.members(of: error)
        json.member("room", echo.room?.description)
        json.member("clientId", echo.clientID?.description)
    }
}
