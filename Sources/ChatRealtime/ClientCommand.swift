package import ChatCore
package import NIOCore

/// What a client may say on the native door, checked.
package enum ClientCommand: Sendable, Equatable {
    case subscribe(RoomName, Start)
    case unsubscribe(RoomName)
    case send(RoomName, ClientID, MessageBody)
    /// A page of the room's log, beside the stream.
    case history(RoomName, PageRange, limit: Int)
    /// The account has read up to a seq.
    case read(RoomName, Int64)
    /// The account is about to say something.
    case typing(RoomName)
    /// The session that this token proves takes the place of the socket's.
    case refresh(token: String)

    /// What the session has to be allowed.
    package var right: Rights {
        switch self {
        case .send, .typing: .send
        case .subscribe, .unsubscribe, .history, .read: .read
        case .refresh: []
        }
    }

    /// Where a subscription begins.
    package enum Start: Sendable, Equatable {
        /// The client has everything up to this seq, of the log with this epoch if it says so. When more than `limit`
        /// events are missing, the oldest of them become a gap.
        case after(Int64, limit: Int64, epoch: String?)
        /// The client wants that many of the newest events.
        case last(Int)
    }

    private static let types = ["send", "subscribe", "unsubscribe", "history", "read", "typing", "refresh"]

    /// What an answer has to repeat, even if the command is not acceptable.
    package struct Echo: Sendable, Equatable {
        /// The client's own name for the command, 1 to 64 characters.
        package var ref: String?
        /// `nil` if the command names none, or none that could be one.
        package var room: RoomName?
        /// Only a `send` has one.
        package var clientID: ClientID?

        /// Nothing to repeat, unless it is given.
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
        guard Self.types.contains(type) else {
            throw ChatError(
                .unknownType,
                "There is no command of this type; there are subscribe, unsubscribe, send, history, read, typing and refresh.",
                field: "type")
        }
        guard type != "refresh" else {
            self = .refresh(token: try object.string("token"))
            return
        }
        let room = try RoomName(object.string("room"))
        echo.room = room
        switch type {
        case "subscribe": self = .subscribe(room, try Start(object))
        case "unsubscribe": self = .unsubscribe(room)
        case "typing": self = .typing(room)
        case "history": self = .history(room, try PageRange(object), limit: try object.pageLimit())
        case "read":
            guard let seq = try object.optionalInteger("seq", in: 0...PageRange.lastSeq) else {
                throw .invalid("seq", "The member seq is missing: the last event that was read.")
            }
            self = .read(room, seq)
        default:
            let clientID = try ClientID(object.string("clientId"))
            echo.clientID = clientID
            self = .send(room, clientID, try MessageBody(object.string("body")))
        }
    }
}

extension ClientCommand.Start {
    fileprivate init(_ object: JSONObject) throws(ChatError) {
        let after = try object.optionalInteger("after", in: 0...PageRange.lastSeq)
        let last = try object.optionalInteger("last", in: 0...Int64(PageRange.limit))
        let limit = try object.optionalInteger("limit", in: 0...1_000_000)
        let epoch = try object.optionalString("epoch")
        switch (after, last) {
        case (let after?, nil): self = .after(after, limit: limit ?? Subscription.defaultLimit, epoch: epoch)
        case (nil, let last):
            guard limit == nil else { throw .invalid("limit", "A limit belongs to after; last is one already.") }
            self = .last(last.map { Int($0) } ?? PageRange.defaultCount)
        case (_?, _?): throw .invalid("last", "Give either after or last, not both.")
        }
    }
}

extension PageRange {
    /// - Throws: `invalid_field`.
    package init(_ object: JSONObject) throws(ChatError) {
        try self.init(
            before: object.optionalInteger("before", in: 1...Self.lastSeq),
            after: object.optionalInteger("after", in: 0...Self.lastSeq),
            around: object.optionalInteger("around", in: 0...Self.lastSeq))
    }
}

extension JSONObject {
    /// How many events a page shall have at most.
    package func pageLimit() throws(ChatError) -> Int {
        try optionalInteger("limit", in: 1...Int64(PageRange.limit)).map { Int($0) } ?? PageRange.defaultCount
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
