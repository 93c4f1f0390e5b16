package import ChatCore

/// An event in an export.
package struct EventLine: Sendable {
    /// What happened, as in ``Event/Content``.
    package enum Content: Sendable {
        case message(ClientID, MessageBody)
        case removed(ClientID, Event.Removal)
        /// With what the membership that begins here has become: the member's role, and how far they have read, if they
        /// have moved their read marker.
        case joined(RoomRole, read: Int64?)
        case left
    }

    /// From 1, in the log of the room whose line stands before.
    package let seq: Int64
    /// An account of the same export.
    package let author: Handle
    /// To the microsecond; times need not ascend.
    package let at: Timestamp
    /// What happened.
    package let content: Content

    /// Checks nothing.
    package init(seq: Int64, author: Handle, at: Timestamp, content: Content) {
        self.seq = seq
        self.author = author
        self.at = at
        self.content = content
    }

    init(kind: String, _ members: inout LineMembers) throws(ChatError) {
        seq = try members.integer("seq", in: 1...PageRange.lastSeq)
        author = try members.handle("author")
        at = try members.time("at")
        switch kind {
        case "message": content = try Self.message(&members)
        case "joined": content = try Self.joined(&members)
        default: content = .left
        }
    }

    private static func message(_ members: inout LineMembers) throws(ChatError) -> Content {
        let clientID = try ClientID(try members.string("clientId"))
        if let text = try members.optionalString("removed") {
            guard let removal = Event.Removal(rawValue: text) else {
                throw .invalid("removed", "removed is one of erased and expired.")
            }
            return .removed(clientID, removal)
        }
        let body = try members.string("body")
        guard let data = try members.optionalString("data") else { return .message(clientID, try MessageBody(body)) }
        var text = data
        let isArray = text.withUTF8 { (try? JSONParser.elements(UnsafeRawBufferPointer($0))) != nil }
        guard isArray else { throw .invalid("data", "data must be the text of a JSON array.") }
        return .message(clientID, try MessageBody(body, data: try MessageData(array: data)))
    }

    private static func joined(_ members: inout LineMembers) throws(ChatError) -> Content {
        let read = try members.optionalInteger("read", in: 1...PageRange.lastSeq)
        guard let text = try members.optionalString("role") else { return .joined(.member, read: read) }
        guard let role = RoomRole(rawValue: text), role != .member else {
            throw .invalid("role", "role is one of owner and moderator.")
        }
        return .joined(role, read: read)
    }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("at", ExportTime.text(at))
            json.member("author", author.description)
            switch content {
            case .message(let clientID, let body):
                json.member("body", body.description)
                json.member("clientId", clientID.description)
                json.member("data", body.data?.description)
                json.member("kind", "message")
            case .removed(let clientID, let removal):
                json.member("clientId", clientID.description)
                json.member("kind", "message")
                json.member("removed", removal.rawValue)
            case .joined(let role, let read):
                json.member("kind", "joined")
                if let read { json.member("read", read) }
                if role != .member { json.member("role", role.rawValue) }
            case .left: json.member("kind", "left")
            }
            json.member("seq", seq)
        }
    }

    /// Whether both are the same entry of the log. What became of a membership since, and of a message's content, is not
    /// looked at: a message that was removed on one side is still the same.
    func isSameEntry(as other: EventLine) -> Bool {
        guard seq == other.seq, author == other.author, at == other.at else { return false }
        switch (content, other.content) {
        case (.message(let id, let body), .message(let otherID, let otherBody)):
            // Swift's == takes canonical equivalents for equal.
            return id == otherID && body.description.utf8.elementsEqual(otherBody.description.utf8)
                && (body.data?.description).map { Array($0.utf8) }
                    == (otherBody.data?.description).map { Array($0.utf8) }
        case (.joined, .joined), (.left, .left): return true
        case (.message(let id, _), .removed(let otherID, _)), (.removed(let id, _), .message(let otherID, _)),
            (.removed(let id, _), .removed(let otherID, _)):
            return id == otherID
        default: return false
        }
    }
}
