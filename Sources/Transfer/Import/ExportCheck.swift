import ChatCore

/// Looks at a whole export: whether all that it says fits together. No I/O.
struct ExportCheck {
    private(set) var problems = Problems()
    private(set) var counts = TransferCounts()
    private(set) var room: RoomCheck?
    private var accounts: Set<Handle> = []
    private var rooms: Set<RoomName> = []

    mutating func take(_ record: ExportRecord, at place: Place) {
        switch record {
        case .header: break
        case .account(let account):
            counts.accounts += 1
            if !accounts.insert(account.handle).inserted {
                problems.add("There is another account \(account.handle) before.", at: place)
            }
        case .room(let line):
            endRoom()
            counts.rooms += 1
            room = RoomCheck(line)
            if !rooms.insert(line.name).inserted {
                problems.add("There is another room \(line.name) before.", at: place)
            }
            if let ban = line.bans.first(where: { !accounts.contains($0.handle) }) {
                problems.add("There is no account \(ban.handle) in this export.", at: place)
            }
        case .event(let event):
            counts.events += 1
            if let fault = room?.fault(of: event, at: place, accounts: accounts) { problems.add(fault, at: place) }
        case .end(let end):
            endRoom()
            let isWhole =
                (end.accounts, end.rooms, end.events) == (
                    Int64(counts.accounts), Int64(counts.rooms), Int64(counts.events)
                )
            if !isWhole { problems.add("It counts other accounts, rooms and events than there are.", at: place) }
        }
    }

    /// A line that could not be read, or does not belong there.
    mutating func reject(_ text: String, at place: Place) {
        room?.skip()
        note(text, at: place)
    }

    /// Something that the export itself does not know.
    mutating func note(_ text: String, at place: Place) { problems.add(text, at: place) }

    /// After the last event of a room.
    mutating func endRoom() {
        if let (text, place) = room?.faultAtEnd() { problems.add(text, at: place) }
        room = nil
    }
}
