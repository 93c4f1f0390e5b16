package import ChatCore

/// A room in an export; its events follow.
package struct RoomLine: Sendable, Equatable {
    /// Somebody who may not come back.
    package struct Ban: Sendable, Equatable {
        /// An account of the same export.
        package let handle: Handle
        /// Since when, to the microsecond.
        package let at: Timestamp
    }

    /// What a room's own period may be; 0 is for ever.
    static let retentionRange: ClosedRange<Int64> = 0...36_500

    /// No two lines have the same.
    package let name: RoomName
    /// One that ``RoomTitle`` takes.
    package let title: String
    /// To the microsecond.
    package let createdAt: Timestamp
    /// Since when it takes no more messages.
    package let archivedAt: Timestamp?
    /// How many days messages keep their content; `nil` is what holds for all rooms of the server.
    package let retentionDays: Int64?
    /// In the order of the handles.
    package let bans: [Ban]

    /// By default not archived, with the server's period, and without bans.
    package init(
        name: RoomName, title: String, createdAt: Timestamp, archivedAt: Timestamp? = nil,
        retentionDays: Int64? = nil, bans: [Ban] = []
    ) {
        self.name = name
        self.title = title
        self.createdAt = createdAt
        self.archivedAt = archivedAt
        self.retentionDays = retentionDays
        self.bans = bans
    }

    init(_ members: inout LineMembers) throws(ChatError) {
        name = try RoomName(try members.string("name"), field: "name")
        let text = try members.string("title")
        title = try RoomTitle(text).description
        guard title.utf8.elementsEqual(text.utf8) else {
            throw .invalid("title", "title has white space that would not be stored.")
        }
        createdAt = try members.time("createdAt")
        archivedAt = try members.optionalTime("archivedAt")
        retentionDays = try members.optionalInteger("retentionDays", in: Self.retentionRange)
        var bans: [Ban] = []
        for object in try members.objects("bans") {
            var ban = LineMembers(object)
            bans.append(Ban(handle: try ban.handle("handle"), at: try ban.time("at")))
            try ban.end()
        }
        guard Set(bans.map(\.handle)).count == bans.count else {
            throw .invalid("bans", "An account is banned twice.")
        }
        self.bans = bans
    }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("archivedAt", archivedAt.map(ExportTime.text))
            if !bans.isEmpty {
                json.array("bans") { json in
                    for ban in bans {
                        json.object { json in
                            json.member("at", ExportTime.text(ban.at))
                            json.member("handle", ban.handle.description)
                        }
                    }
                }
            }
            json.member("createdAt", ExportTime.text(createdAt))
            json.member("kind", "room")
            json.member("name", name.description)
            if let retentionDays { json.member("retentionDays", retentionDays) }
            json.member("title", title)
        }
    }
}
