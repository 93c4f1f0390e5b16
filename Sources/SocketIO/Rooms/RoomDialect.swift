import ChatCore
import ChatRealtime
import NIOCore

/// How sockets in the namespaces of rooms are told what happens.
struct RoomDialect {
    /// The namespace is `/` and not `/rooms/<name>`.
    let isMain: Bool
    /// Every event comes as the HTTP API has it, and not only messages.
    let isFull: Bool
    /// Each event ends with its offset, for a client that can come back to where it was.
    let hasOffsets: Bool

    /// One for each combination: who shares it is told the same bytes.
    private static let all = (0..<8).map { bits in
        let form = RoomDialect(isMain: bits & 1 > 0, isFull: bits & 2 > 0, hasOffsets: bits & 4 > 0)
        return Dialect(1 + bits) { form.write($0, &$1) }
    }

    var dialect: Dialect { Self.all[(isMain ? 1 : 0) + (isFull ? 2 : 0) + (hasOffsets ? 4 : 0)] }

    private func namespace(of room: RoomName) -> String { isMain ? "/" : "/rooms/\(room)" }

    /// What many sockets are told, and the answers of the room writer.
    private func write(_ frame: ServerFrame, _ writer: inout FrameWriter) {
        switch frame {
        case .event(let event) where isFull: writeFull(event, &writer)
        case .event(let event): writeMessage(event, &writer)
        case .typing(let room, let author, nil) where isFull:
            writer.event("denwa:typing", namespace(of: room)) { $0.members(typing: author, in: room) }
        case .ack(let room, let clientID, let receipt, let ref?):
            writer.ack(namespace(of: room), ref) {
                $0.members(of: receipt, for: room, clientID)
                $0.member("id", "\(room)/\(receipt.seq)")
            }
        case .error(let error, let echo):
            if let room = echo.room { writer.refusal(error, namespace(of: room), echo.ref) }
        default: break
        }
    }

    /// `42["denwa:event",{…},"offset"]`
    private func writeFull(_ event: Event, _ writer: inout FrameWriter) {
        writer.packet(.event, namespace(of: event.room), nil) { json in
            json.bytes.append(contentsOf: #"["denwa:event","#.utf8)
            json.object {
                $0.member("id", "\(event.room)/\(event.seq)")
                $0.members(of: event)
            }
            writeEnd(event.seq, &json)
        }
    }

    /// `42["message",…,"offset"]`, with what the client sent. Other doors send texts.
    private func writeMessage(_ event: Event, _ writer: inout FrameWriter) {
        guard case .message(_, let body) = event.content else { return }
        guard let data = body.data?.description else {
            return writer.packet(.event, namespace(of: event.room), nil) { json in
                json.bytes.append(contentsOf: #"["message","#.utf8)
                json.element(body.description)
                writeEnd(event.seq, &json)
            }
        }
        let (arguments, attachments) = BinaryArguments.unpack(data)
        writer.packet(.event, namespace(of: event.room), nil, attachments: attachments.count) { json in
            json.bytes.append(contentsOf: #"["message","#.utf8)
            // Without the brackets of the array.
            json.bytes.append(contentsOf: arguments.dropFirst().dropLast())
            writeEnd(event.seq, &json)
        }
        for attachment in attachments { writer.append(.binary, attachment) }
    }

    private func writeEnd(_ seq: Int64, _ json: inout JSONWriter) {
        json.bytes.append(contentsOf: (hasOffsets ? ",\"\(seq)\"]" : "]").utf8)
    }
}

extension FrameWriter {
    /// A packet of Socket.IO in a packet of Engine.IO in a text frame.
    mutating func packet(
        _ kind: SocketIOPacket.Kind, _ namespace: String, _ ackID: String?, attachments: Int = 0,
        _ payload: (inout JSONWriter) -> Void
    ) {
        let kind = attachments == 0 ? kind : kind == .ack ? .binaryAck : .binaryEvent
        text { json in
            json.bytes.append(UInt8(ascii: "4"))
            json.bytes.append(UInt8(ascii: "0") + kind.rawValue)
            if attachments > 0 { json.bytes.append(contentsOf: "\(attachments)-".utf8) }
            if namespace != "/" {
                json.bytes.append(contentsOf: namespace.utf8)
                json.bytes.append(UInt8(ascii: ","))
            }
            if let ackID { json.bytes.append(contentsOf: ackID.utf8) }
            payload(&json)
        }
    }

    /// The answer to a client's event: one object.
    mutating func ack(_ namespace: String, _ ackID: String, _ members: (inout JSONWriter) -> Void) {
        packet(.ack, namespace, ackID) { json in
            json.bytes.append(UInt8(ascii: "["))
            json.object(members)
            json.bytes.append(UInt8(ascii: "]"))
        }
    }

    /// An event with one object.
    mutating func event(_ name: StaticString, _ namespace: String, _ members: (inout JSONWriter) -> Void) {
        packet(.event, namespace, nil) { json in
            json.bytes.append(contentsOf: "[\"\(name)\",".utf8)
            json.object(members)
            json.bytes.append(UInt8(ascii: "]"))
        }
    }

    /// To whoever wanted an answer with it; else as an event.
    mutating func refusal(_ error: ChatError, _ namespace: String, _ ackID: String?) {
        if let ackID {
            ack(namespace, ackID) { json in json.object("error") { $0.members(of: error) } }
        } else {
            event("denwa:error", namespace) { $0.members(of: error) }
        }
    }
}

extension JSONWriter {
    mutating func members(typing author: Account, in room: RoomName) {
        member("room", room.description)
        object("author") { $0.members(of: author) }
    }
}
