import ChatCore
package import Postgres

/// Imports what ``Exporter`` has written.
///
/// It only ever adds: accounts whose handles nobody has, rooms that are not there, events that follow those that are. So a second
/// time changes nothing, and after an interruption the next run goes on where it was.
package struct Importer {
    private let reader: ExportReader
    private let connection: Connection

    /// - Parameter source: read once to check it, and once more to import it.
    package init(_ source: ExportSource, on connection: Connection) {
        self.reader = ExportReader(source: source)
        self.connection = connection
    }

    /// What ``check(progress:)`` has found.
    package struct Checked: Sendable {
        /// Empty if the export can be imported.
        package let problems: Problems
        /// How much there is in the export.
        package let counts: TransferCounts
        /// Heads of rooms whose events were all compared.
        let compared: [RoomName: Int64]
    }

    /// Reads everything and compares it with the database. Changes nothing.
    /// - Parameter progress: called with the number of events that were read.
    /// - Throws: ``TransferError`` if there is no export to read.
    package func check(progress: @escaping (_ events: Int) -> Void = { _ in }) throws -> Checked {
        var visitor = CheckingVisitor(connection: connection, progress: progress)
        try reader.read(&visitor)
        visitor.check.endRoom()
        return Checked(
            problems: visitor.check.problems, counts: visitor.check.counts, compared: visitor.compared)
    }

    /// Imports what was checked and is without problems.
    /// - Returns: what was added; nothing if all of it was there.
    /// - Throws: ``TransferError`` if somebody has meanwhile written into one of the rooms, or changed the files; `PostgresError`.
    package func run(
        _ checked: Checked, progress: @escaping (_ events: Int) -> Void = { _ in }
    ) throws -> TransferCounts {
        var visitor = ImportingVisitor(connection: connection, compared: checked.compared, progress: progress)
        try reader.read(&visitor)
        try visitor.endRoom()
        return visitor.counts
    }
}

/// The pass that finds out whether an export can be imported.
private struct CheckingVisitor: ExportVisitor {
    let connection: Connection
    let progress: (Int) -> Void
    var check = ExportCheck()
    var compared: [RoomName: Int64] = [:]
    private var comparison: RoomComparison?

    init(connection: Connection, progress: @escaping (Int) -> Void) {
        self.connection = connection
        self.progress = progress
    }

    mutating func visit(_ record: ExportRecord, at place: Place) throws {
        check.take(record, at: place)
        switch record {
        case .room(let room): try begin(room.name, at: place)
        case .event(let event):
            if try comparison?.differs(event) == true, let room = check.room?.room.name {
                check.note(TransferError.conflict(room, event.seq).description, at: place)
            }
            if check.counts.events % 1_000 == 0 { progress(check.counts.events) }
        case .header, .account, .end: break
        }
    }

    mutating func reject(_ text: String, at place: Place) { check.reject(text, at: place) }

    private mutating func begin(_ room: RoomName, at place: Place) throws {
        do {
            comparison = try RoomComparison(room, on: connection)
        } catch let error as TransferError {
            comparison = nil
            check.note(error.description, at: place)
        }
        compared[room] = comparison?.head
    }
}

/// The pass that imports.
private struct ImportingVisitor: ExportVisitor {
    /// Events of one transaction, and about how many bytes of text.
    private static let batchEvents = 1_000
    private static let batchBytes = 4 << 20

    let connection: Connection
    let compared: [RoomName: Int64]
    let progress: (Int) -> Void
    var counts = TransferCounts()
    private var accounts: [AccountLine] = []
    private var room: RoomName?
    private var events: [EventLine] = []
    private var bytes = 0
    private var markers: [ReadMark] = []
    private var done = 0

    init(connection: Connection, compared: [RoomName: Int64], progress: @escaping (Int) -> Void) {
        self.connection = connection
        self.compared = compared
        self.progress = progress
    }

    mutating func visit(_ record: ExportRecord, at place: Place) throws {
        switch record {
        case .header: break
        case .account(let account):
            accounts.append(account)
            if accounts.count == AccountImport.batch { try insertAccounts() }
        case .room(let line):
            try endRoom()
            room = line.name
            if try RoomImport.ensure(line, on: connection) { counts.rooms += 1 }
        case .event(let event): try take(event)
        case .end: try endRoom()
        }
    }

    mutating func reject(_ text: String, at place: Place) throws {
        throw TransferError("\(place): \(text) The file was changed while it was imported.")
    }

    mutating func endRoom() throws {
        try insertAccounts()
        try insertEvents()
        guard let room else { return }
        for start in stride(from: 0, to: markers.count, by: Self.batchEvents) {
            let part = Array(markers[start..<min(start + Self.batchEvents, markers.count)])
            counts.readMarkers += try LogImport.move(part, in: room, on: connection)
        }
        markers = []
        self.room = nil
    }

    private mutating func insertAccounts() throws {
        counts.accounts += try AccountImport.insert(accounts, on: connection)
        accounts = []
    }

    private mutating func take(_ event: EventLine) throws {
        done += 1
        if done % Self.batchEvents == 0 { progress(done) }
        if case .joined(_, let read?) = event.content {
            markers.append(ReadMark(account: event.author, joined: event.seq, read: read))
        }
        // What was compared is not looked at again.
        guard let room, event.seq > compared[room] ?? 0 else { return }
        events.append(event)
        bytes += event.byteCount
        if events.count == Self.batchEvents || bytes >= Self.batchBytes { try insertEvents() }
    }

    private mutating func insertEvents() throws {
        guard let room, !events.isEmpty else { return }
        counts.events += try connection.transaction {
            let locked = try LogImport.lock(room, on: connection)
            let known = events.prefix { $0.seq <= locked.head }
            try compare(Array(known), in: room, locked)
            let new = Array(events[known.count...])
            guard new.first.map({ $0.seq == locked.head + 1 }) ?? true else {
                throw TransferError("Events of the room \(room) were removed while it was imported.")
            }
            try LogImport.append(new, to: locked, on: connection)
            return new.count
        }
        events = []
        bytes = 0
    }

    /// Whoever has written to the room since it was compared has perhaps written something else.
    private func compare(_ known: [EventLine], in room: RoomName, _ locked: LogImport.LockedRoom) throws {
        var stored: [EventLine] = []
        for event in known {
            // A page may hold fewer events than there are in a batch.
            if stored.isEmpty {
                stored = try RoomComparison.events(of: locked.id, from: event.seq, on: connection).reversed()
            }
            guard let other = stored.popLast(), event.isSameEntry(as: other) else {
                throw TransferError.conflict(room, event.seq)
            }
        }
    }
}

extension EventLine {
    fileprivate var byteCount: Int {
        if case .message(_, let body) = content { body.byteCount } else { 0 }
    }
}
