package import ChatCore
package import NIOCore

/// What a client may say on the native door, checked.
package enum ClientCommand: Sendable, Equatable {
    case subscribe(RoomName, Start)
    case unsubscribe(RoomName)
    case send(RoomName, ClientID, MessageBody)

    /// Where a subscription begins.
    package enum Start: Sendable, Equatable {
        /// The client has everything up to this seq.
        case after(Int64)
        /// The client wants that many of the newest events.
        case last(Int)
    }

    /// What an answer has to repeat, even if the command is not acceptable.
    package struct Echo: Sendable, Equatable {
        package var ref: String?
        package var room: RoomName?
        package var clientID: ClientID?

        package init(ref: String? = nil, room: RoomName? = nil, clientID: ClientID? = nil) {
            self.ref = ref
            self.room = room
            self.clientID = clientID
        }
    }

    /// One decode, straight from the frame's payload.
    /// - Returns: the command or what is wrong with it, and what the answer echoes.
    package static func decode(_ payload: ByteBuffer) -> (command: Result<ClientCommand, ChatError>, echo: Echo) {
        var echo = Echo()
        let command = Result { () throws(ChatError) in
            let object = try payload.jsonObject()
            return try ClientCommand(object, &echo)
        }
        return (command, echo)
    }

    private init(_ object: JSONObject, _ echo: inout Echo) throws(ChatError) {
        if let ref = try object.optionalString("ref") {
            guard (1...64).contains(ref.unicodeScalars.count) else {
                throw .invalid("ref", "ref has 1 to 64 characters.")
            }
            echo.ref = ref
        }
        let type = try object.string("type")
        guard ["subscribe", "unsubscribe", "send"].contains(type) else {
            throw ChatError(
                .unknownType, "There is no command of this type; there are subscribe, unsubscribe and send.",
                field: "type")
        }
        let room = try RoomName(object.string("room"))
        echo.room = room
        switch type {
        case "subscribe": self = .subscribe(room, try Start(object))
        case "unsubscribe": self = .unsubscribe(room)
        default:
            let clientID = try ClientID(object.string("clientId"))
            echo.clientID = clientID
            self = .send(room, clientID, try MessageBody(object.string("body")))
        }
    }
}

extension ClientCommand.Start {
    fileprivate init(_ object: JSONObject) throws(ChatError) {
        let after = try object.optionalInteger("after", in: 0...9_007_199_254_740_991)
        let last = try object.optionalInteger("last", in: 0...Int64(PageRange.limit))
        switch (after, last) {
        case (let after?, nil): self = .after(after)
        case (nil, let last): self = .last(last.map { Int($0) } ?? PageRange.defaultCount)
        case (_?, _?): throw .invalid("last", "Give either after or last, not both.")
        }
    }
}

extension ByteBuffer {
    /// - Throws: `malformed_json`.
    package func jsonObject() throws(ChatError) -> JSONObject {
        let result = withUnsafeReadableBytes { bytes in
            Result { () throws(ChatError) in try JSONParser.object(bytes) }
        }
        return try result.get()
    }
}
