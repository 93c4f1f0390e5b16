import ChatCore

/// Which line may follow which.
struct PartGrammar {
    private enum Expected {
        case header
        case accounts
        case room(RoomName)
        case events
        case accountsOrRooms
        case eventsOrRooms
        case nothing
    }

    private var expected: Expected
    private let isStream: Bool

    /// For a file of a folder.
    init(of part: ExportManifest.Part) {
        isStream = false
        switch part {
        case .accounts: expected = .accounts
        case .room(let name): expected = .room(name)
        }
    }

    /// For a stream.
    init() {
        isStream = true
        expected = .header
    }

    /// A line that could not be read counts as the one that was expected.
    mutating func skip() {
        switch expected {
        case .header: expected = .accountsOrRooms
        case .room: expected = .events
        default: break
        }
    }

    /// - Returns: a sentence if the record must not stand there.
    mutating func fault(of record: ExportRecord) -> String? {
        switch (expected, record) {
        case (.header, .header): expected = .accountsOrRooms
        case (.accounts, .account), (.accountsOrRooms, .account): break
        case (.accountsOrRooms, .room), (.eventsOrRooms, .room): expected = .eventsOrRooms
        case (.room(let name), .room(let room)):
            expected = .events
            if room.name != name { return "The room has to be \(name), as the file is named." }
        case (.events, .event), (.eventsOrRooms, .event): break
        case (.accountsOrRooms, .end), (.eventsOrRooms, .end): expected = .nothing
        case (.header, _):
            skip()
            return "A stream begins with a line of kind export."
        case (.room, _):
            skip()
            return "The file of a room begins with a line of kind room."
        default: return "A line of kind \(record.kind) does not belong here."
        }
        return nil
    }

    /// What is missing when there are no more lines.
    var faultAtEnd: String? {
        switch expected {
        case .room: return "The line of the room is missing."
        case .header, .accountsOrRooms, .eventsOrRooms:
            return isStream ? "The last line, of kind end, is missing: the export was cut off." : nil
        case .accounts, .events, .nothing: return nil
        }
    }
}

extension ExportRecord {
    fileprivate var kind: String {
        switch self {
        case .header: "export"
        case .account: "account"
        case .room: "room"
        case .event(let event):
            switch event.content {
            case .message, .removed: "message"
            case .joined: "joined"
            case .left: "left"
            }
        case .end: "end"
        }
    }
}
