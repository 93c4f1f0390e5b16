package import ChatCore

/// One line of an export.
package enum ExportRecord: Sendable {
    /// The first line of a stream.
    case header
    case account(AccountLine)
    case room(RoomLine)
    case event(EventLine)
    /// The last line of a stream.
    case end(StreamEnd)

    /// - Throws: `malformed_json`, `invalid_field`.
    package init(_ line: UnsafeRawBufferPointer) throws(ChatError) {
        var (kind, members) = try LineMembers.parse(line)
        switch kind {
        case "account": self = .account(try AccountLine(&members))
        case "room": self = .room(try RoomLine(&members))
        case "message", "joined", "left": self = .event(try EventLine(kind: kind, &members))
        case "export":
            try ExportFormat.check(&members)
            self = .header
        case "end": self = .end(try StreamEnd(&members))
        default: throw .invalid("kind", "kind is one of account, room, message, joined, left, export and end.")
        }
        try members.end()
    }
}

/// Which format it is.
enum ExportFormat {
    static let name = "denwa-export"
    static let version: Int64 = 1

    static func check(_ members: inout LineMembers) throws(ChatError) {
        guard try members.string("format") == name else { throw .invalid("format", "This is no export of Denwa.") }
        guard try members.integer("version", in: 0...Int64.max) == version else {
            throw .invalid(
                "version",
                "This export is of a newer format than this version of Denwa knows. Import it with a newer one.")
        }
    }

    static func writeHeader(to json: inout JSONWriter) {
        json.object { json in
            json.member("format", name)
            json.member("kind", "export")
            json.member("version", version)
        }
    }
}

/// What the last line of a stream says of those before it: whoever has it has everything.
package struct StreamEnd: Sendable, Equatable {
    let accounts: Int64
    let rooms: Int64
    let events: Int64
    /// Of all lines before, in hexadecimal.
    let sha256: String

    init(accounts: Int64, rooms: Int64, events: Int64, sha256: String) {
        self.accounts = accounts
        self.rooms = rooms
        self.events = events
        self.sha256 = sha256
    }

    init(_ members: inout LineMembers) throws(ChatError) {
        accounts = try members.integer("accounts", in: 0...Int64.max)
        rooms = try members.integer("rooms", in: 0...Int64.max)
        events = try members.integer("events", in: 0...Int64.max)
        sha256 = try members.string("sha256")
    }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("accounts", accounts)
            json.member("events", events)
            json.member("kind", "end")
            json.member("rooms", rooms)
            json.member("sha256", sha256)
        }
    }
}
