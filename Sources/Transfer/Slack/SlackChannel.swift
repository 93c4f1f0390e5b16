import ChatCore

/// A conversation of Slack's, and the room that it becomes.
struct SlackChannel {
    let id: String
    /// Where its days are.
    let folder: String
    let room: RoomName
    let title: String
    let createdAt: Timestamp
    let isArchived: Bool
    /// Ids of the users who are in it now; `nil` if the archive does not say.
    let members: [String]?
    /// Names of its files, in the order of the days.
    var days: [String] = []
    /// Just after its last message.
    var end: Timestamp

    /// Slack began in 2013.
    private static let created: ClosedRange<Int64> = 0...99_999_999_999

    /// What a list says of a conversation; the rest of it may be large, and all of them are kept.
    struct Listed {
        let id: String
        let name: String?
        /// In seconds since 1970.
        let created: Int64
        let isArchived: Bool
        let members: [String]?

        /// - Throws: `invalid_field` for something that is no channel.
        init(_ object: JSONObject) throws(ChatError) {
            guard let id = object.text("id"), !id.isEmpty, id.utf8.count <= 32 else {
                throw .invalid("id", "A channel has no id, or none that Slack gives.")
            }
            self.id = id
            name = object.text("name")
            created = try object.optionalInteger("created", in: SlackChannel.created) ?? 0
            isArchived = object.says("is_archived")
            members = try object["members"] == nil ? nil : object.strings("members")
        }
    }

    private init(_ listed: Listed, shownAs name: String, room: RoomName) {
        id = listed.id
        // Direct messages have no name, and their folders are named by the id.
        folder = listed.name ?? listed.id
        self.room = room
        title = (try? RoomTitle(String(name.unicodeScalars.prefix(80))))?.description ?? room.description
        createdAt = Timestamp(microseconds: listed.created * 1_000_000)
        isArchived = listed.isArchived
        members = listed.members
        end = createdAt
    }

    /// The lists of conversations, and whether everybody in Slack could read them.
    static let lists = [
        (name: "channels.json", isPublic: true), (name: "groups.json", isPublic: false),
        (name: "mpims.json", isPublic: false), (name: "dms.json", isPublic: false),
    ]

    /// Makes the rooms of a list. The oldest comes first, so that a newer archive gives the same names.
    /// - Parameters:
    ///   - prefix: begins every name.
    ///   - taken: names of rooms that were given already.
    static func channels(
        _ listed: [Listed], prefix: String, people: SlackPeople, taken: inout Set<String>
    ) -> [SlackChannel] {
        var channels: [SlackChannel] = []
        for channel in listed.sorted(by: { ($0.created, $0.id) < ($1.created, $1.id) }) {
            let shown = channel.name ?? Self.names(of: channel.members ?? [], people)
            let room = SlackName.room(shown, id: channel.id, prefix: prefix, taken: &taken)
            channels.append(SlackChannel(channel, shownAs: shown, room: room))
        }
        return channels
    }

    private static func names(of members: [String], _ people: SlackPeople) -> String {
        let handles = members.map { people.handle(of: .user($0))?.description ?? $0 }
        return (["dm"] + handles.sorted()).joined(separator: "-")
    }

    /// The room as it is made.
    var line: RoomLine {
        RoomLine(name: room, title: title, createdAt: createdAt, archivedAt: isArchived ? end : nil)
    }
}
