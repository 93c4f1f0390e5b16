import ChatCore
import Postgres

/// Brings the messages of one channel into its room.
struct SlackChannelImport {
    let channel: SlackChannel
    let people: SlackPeople
    let text: SlackText
    let archive: SlackArchive
    let connection: Connection

    /// Messages of one transaction.
    private static let batch = 500

    func run(_ report: inout SlackReport, _ progress: (Int) -> Void) throws {
        if try RoomImport.ensure(channel.line, on: connection) { report.counts.rooms += 1 }
        for day in channel.days {
            let items = try items(of: day)
            for start in stride(from: 0, to: items.count, by: Self.batch) {
                let part = Array(items[start..<min(start + Self.batch, items.count)])
                try store(part, &report)
                progress(part.count)
            }
        }
        try align(&report)
    }

    // MARK: - Messages

    /// What one message of Slack's becomes here.
    private enum Item {
        case message([(key: SlackRoomPlan.Key, body: MessageBody)], at: Timestamp)
        case joined(Handle, at: Timestamp)
        case left(Handle, at: Timestamp)
        case nothing(SlackNote)

        var account: Handle? {
            switch self {
            case .message(let parts, _): parts.first?.key.author
            case .joined(let account, _), .left(let account, _): account
            case .nothing: nil
            }
        }

        var time: Timestamp? {
            switch self {
            case .message(_, let at), .joined(_, let at), .left(_, let at): at
            case .nothing: nil
            }
        }

        var parts: [(key: SlackRoomPlan.Key, body: MessageBody)] {
            if case .message(let parts, _) = self { parts } else { [] }
        }
    }

    /// In the order of their times. What was written at the same moment stays as it stands in the file.
    private func items(of day: String) throws -> [Item] {
        var found: [(time: SlackTime, number: Int, item: Item)] = []
        var elements = try archive.messages(of: day)
        while let object = try elements.next() {
            let message = try SlackMessage(object)
            guard let item = try item(SlackItem(message)) else { continue }
            found.append((message.time, found.count, item))
        }
        return found.sorted { ($0.time, $0.number) < ($1.time, $1.number) }.map(\.item)
    }

    private func item(_ item: SlackItem) throws -> Item? {
        switch item {
        case .skipped: return nil
        case .joined(let author, let time): return .joined(try handle(author), at: time.time)
        case .left(let author, let time): return .left(try handle(author), at: time.time)
        case .message(let message, let author):
            let files = message.files.map { $0.isEmpty ? "[file]" : "[file: \($0)]" }
            let whole = ([text.plain(message.text)] + files).filter { !$0.isEmpty }.joined(separator: "\n")
            let bodies = MessageParts.of(whole.replacing("\u{0}", with: ""))
            guard !bodies.isEmpty else { return .nothing(.withoutText) }
            let handle = try handle(author)
            let parts = bodies.enumerated().map { index, body in
                let id = "slack:\(message.time.text)" + (index == 0 ? "" : ":\(index + 1)")
                return (key: SlackRoomPlan.Key(author: handle, clientID: ClientID(stored: id)), body: body)
            }
            return .message(parts, at: message.time.time)
        }
    }

    private func handle(_ author: SlackMessage.Author) throws -> Handle {
        guard let handle = people.handle(of: author) else {
            throw TransferError("The archive was changed while it was imported.")
        }
        return handle
    }

    private func store(_ items: [Item], _ report: inout SlackReport) throws {
        try connection.transaction {
            let room = try LogImport.lock(channel.room, on: connection)
            let rows = SlackRoomRows(room: room, connection: connection)
            let (stored, changed) = try rows.stored(items.flatMap(\.parts))
            let accounts = Array(Set(items.compactMap(\.account)))
            var plan = SlackRoomPlan(head: room.head, standings: try rows.standings(of: accounts), stored: stored)
            var new: Set<SlackRoomPlan.Key> = []
            report.add(.changedSince, changed)
            for item in items {
                switch item {
                case .message(let parts, let at):
                    if parts.count > 1 { report.add(.longMessages) }
                    for part in parts {
                        if plan.add(part.body, part.key, at: at) {
                            new.insert(part.key)
                        } else if new.contains(part.key) {
                            report.add(.repeated)
                        }
                    }
                case .joined(let account, let at): plan.join(account, at: at)
                case .left(let account, let at): plan.leave(account, at: at)
                case .nothing(let note): report.add(note)
                }
            }
            // Who was banned here since may have written there; that is told, and does not let them in.
            if let end = items.compactMap(\.time).max() {
                for account in try rows.banned().intersection(accounts) { plan.leave(account, at: end) }
            }
            try LogImport.append(plan.events, to: room, on: connection)
            report.counts.events += plan.events.count
        }
    }

    // MARK: - Members

    /// Whoever is in the channel now without having been seen to come in comes in, and whoever is not there any more leaves. Programs stay.
    private func align(_ report: inout SlackReport) throws {
        guard let ids = channel.members else { return }
        let listed = Set(ids.compactMap { people.handle(of: .user($0)) })
        let persons = people.lines.filter { $0.role != .bot }.map(\.handle)
        try connection.transaction {
            let room = try LogImport.lock(channel.room, on: connection)
            let rows = SlackRoomRows(room: room, connection: connection)
            let present = Set(try rows.members(of: persons))
            let allowed = listed.subtracting(try rows.banned())
            let coming = allowed.subtracting(present)
            let leaving = present.subtracting(allowed)
            let accounts = Array(coming.union(leaving))
            var plan = SlackRoomPlan(head: room.head, standings: try rows.standings(of: accounts), stored: [])
            for account in coming.sorted(by: Self.order) { plan.join(account, at: channel.end) }
            for account in leaving.sorted(by: Self.order) { plan.leave(account, at: channel.end) }
            try LogImport.append(plan.events, to: room, on: connection)
            report.counts.events += plan.events.count
        }
    }

    private static func order(_ left: Handle, _ right: Handle) -> Bool { left.description < right.description }
}
