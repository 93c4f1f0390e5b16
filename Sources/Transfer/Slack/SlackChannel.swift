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

    private init(_ object: JSONObject, id: String, name: String, folder: String, room: RoomName) throws(ChatError) {
        self.id = id
        self.folder = folder
        self.room = room
        title = (try? RoomTitle(String(name.unicodeScalars.prefix(80))))?.description ?? room.description
        let seconds = try object.optionalInteger("created", in: Self.created) ?? 0
        createdAt = Timestamp(microseconds: seconds * 1_000_000)
        isArchived = object.says("is_archived")
        members = try object["members"] == nil ? nil : object.strings("members")
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
    /// - Throws: `invalid_field` for something that is no channel.
    static func channels(
        _ objects: [JSONObject], prefix: String, people: SlackPeople, taken: inout Set<String>
    ) throws(ChatError) -> [SlackChannel] {
        var found: [(id: String, name: String?, created: Int64, object: JSONObject)] = []
        for object in objects {
            guard let id = object.text("id"), !id.isEmpty, id.utf8.count <= 32 else {
                throw .invalid("id", "A channel has no id, or none that Slack gives.")
            }
            let created = try object.optionalInteger("created", in: Self.created) ?? 0
            found.append((id, object.text("name"), created, object))
        }
        found.sort { ($0.created, $0.id) < ($1.created, $1.id) }
        var channels: [SlackChannel] = []
        for (id, name, _, object) in found {
            // Direct messages have no name, and their folders are named by the id.
            let shown = name ?? Self.names(of: object, people)
            let room = SlackName.room(shown, id: id, prefix: prefix, taken: &taken)
            channels.append(try SlackChannel(object, id: id, name: shown, folder: name ?? id, room: room))
        }
        return channels
    }

    private static func names(of object: JSONObject, _ people: SlackPeople) -> String {
        let members = (try? object.strings("members")) ?? []
        let handles = members.map { people.handle(of: .user($0))?.description ?? $0 }
        return (["dm"] + handles.sorted()).joined(separator: "-")
    }

    /// The room as it is made.
    var line: RoomLine {
        RoomLine(name: room, title: title, createdAt: createdAt, archivedAt: isArchived ? end : nil)
    }
}
