import ChatCore

/// How an archive of Slack's is to be read.
package struct SlackOptions: Sendable {
    /// Also what not everybody in Slack could read. Every room of Denwa can be joined by everybody.
    package var includesPrivate = false
    /// Begins the name of every room.
    package var prefix = ""

    /// Only what everybody could read, and no prefix.
    package init() {}
}

/// Reads a whole archive of Slack's: who is in it, which rooms it becomes, and what is wrong with it.
struct SlackScan {
    private(set) var people: SlackPeople
    private(set) var channels: [SlackChannel] = []
    private(set) var report = SlackReport()
    private(set) var problems = Problems()

    /// - Parameters:
    ///   - now: when accounts are made.
    ///   - progress: called with the number of messages.
    /// - Throws: ``ZipError``, ``TransferError``.
    init(_ archive: SlackArchive, _ options: SlackOptions, now: Timestamp, progress: (Int) -> Void) throws {
        var people = SlackPeople(now: now)
        try Self.reading("users.json") { people.add(try archive.list("users.json") { try SlackUser($0) }) }
        self.people = people
        var folders = try list(archive, options)
        for channel in channels where !folders.insert(channel.folder).inserted {
            throw ZipError("Two channels of the archive have the same name, or one has no name.")
        }
        let days = archive.days(of: folders)
        for index in channels.indices {
            var channel = channels[index]
            channel.days = days[channel.folder] ?? []
            for day in channel.days { try scan(day, archive, &channel, progress) }
            guard self.people.count <= SlackArchive.listLimit else {
                throw ZipError.tooMany(SlackArchive.listLimit, "authors")
            }
            channels[index] = channel
        }
        report.add(.otherFiles, archive.otherFiles(besides: days.values.reduce(0) { $0 + $1.count }))
        self.people.settle()
        report.counts.accounts = self.people.lines.count
        report.counts.rooms = channels.count
    }

    /// Finds the channels.
    /// - Returns: the folders of those that are left out.
    private mutating func list(_ archive: SlackArchive, _ options: SlackOptions) throws -> Set<String> {
        var taken: Set<String> = []
        var left: Set<String> = []
        for (name, isPublic) in SlackChannel.lists {
            if isPublic || options.includesPrivate {
                let listed = try Self.reading(name) { try archive.list(name) { try SlackChannel.Listed($0) } }
                channels += SlackChannel.channels(listed, prefix: options.prefix, people: people, taken: &taken)
            } else {
                let names = try Self.reading(name) { try archive.list(name) { $0.text("name") ?? $0.text("id") } }
                report.add(.privateConversations, names.count)
                left.formUnion(names.compactMap { $0 })
            }
        }
        return left
    }

    /// Says in which file something is wrong.
    private static func reading<T>(_ file: String, _ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let error as ChatError {
            throw TransferError("\(file): \(error.detail)")
        }
    }

    private mutating func scan(
        _ day: String, _ archive: SlackArchive, _ channel: inout SlackChannel, _ progress: (Int) -> Void
    ) throws {
        var elements = try archive.messages(of: day)
        var number = 0
        while true {
            number += 1
            do throws(ChatError) {
                guard let object = try elements.next() else { return }
                take(try SlackMessage(object), &channel)
            } catch {
                problems.add(error.detail, at: Place(file: day, line: number))
                // Where the next message would begin is not known any more.
                if error.code == .malformedJSON { return }
            }
            if number % 1_000 == 0 { progress(report.counts.events) }
        }
    }

    private mutating func take(_ message: SlackMessage, _ channel: inout SlackChannel) {
        channel.end = max(channel.end, Timestamp(microseconds: message.time.time.microseconds + 1))
        switch SlackItem(message) {
        case .message(let message, let author):
            people.meet(author, name: message.authorName)
            report.counts.events += 1
            report.add(notesOf: message)
        case .joined(let author, _), .left(let author, _): people.meet(author, name: message.authorName)
        case .skipped(let note): report.add(note)
        }
    }
}
