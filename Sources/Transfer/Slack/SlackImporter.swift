import ChatCore
import ChatStore
package import Postgres

/// Imports an archive that Slack has exported.
///
/// It only ever adds. A message is known by its author and time, so the same archive again, or a newer one of the same workspace, adds
/// what is not there yet, behind everything that is.
package struct SlackImporter {
    private let archive: SlackArchive
    private let options: SlackOptions
    private let connection: Connection

    /// - Throws: ``ZipError``, ``TransferError``.
    package init(_ archive: ZipArchive, _ options: SlackOptions, on connection: Connection) throws {
        self.archive = try SlackArchive(archive)
        self.options = options
        self.connection = connection
    }

    /// What ``check(progress:)`` has found.
    package struct Checked {
        /// Empty if the archive can be imported.
        package let problems: Problems
        /// What is in the archive.
        package let report: SlackReport
        let scan: SlackScan
    }

    /// Reads everything and looks at the rooms that there are. Changes nothing.
    /// - Throws: ``ZipError``, ``TransferError``; `PostgresError`.
    package func check(progress: (_ messages: Int) -> Void = { _ in }) throws -> Checked {
        guard let now = try connection.run("SELECT now() AS now").first?.get("now", as: Timestamp.self) else {
            throw TransferError("PostgreSQL does not know the time.")
        }
        let scan = try SlackScan(archive, options, now: now, progress: progress)
        var problems = scan.problems
        for channel in scan.channels {
            let place = Place(file: channel.folder, line: nil)
            do throws(any Error) {
                _ = try RoomComparison(channel.room, on: connection)
                guard try SlackRoomRows.isForeign(channel.room, on: connection) else { continue }
                problems.add(
                    "The database has a room \(channel.room) with messages that are not from Slack. "
                        + "Give the rooms of this import other names with --prefix.", at: place)
            } catch let error as TransferError {
                problems.add(error.description, at: place)
            }
        }
        return Checked(problems: problems, report: scan.report, scan: scan)
    }

    /// Imports what was checked and is without problems.
    /// - Returns: what was added.
    package func run(_ checked: Checked, progress: (_ messages: Int) -> Void = { _ in }) throws -> SlackReport {
        var report = checked.report
        report.counts = TransferCounts()
        let accounts = checked.scan.people.lines
        for start in stride(from: 0, to: accounts.count, by: AccountImport.batch) {
            let part = Array(accounts[start..<min(start + AccountImport.batch, accounts.count)])
            report.counts.accounts += try AccountImport.insert(part, on: connection)
        }
        let rooms = Dictionary(checked.scan.channels.map { ($0.id, $0.room) }) { first, _ in first }
        let text = SlackText(handles: checked.scan.people.handles, rooms: rooms)
        var done = 0
        for channel in checked.scan.channels {
            let loading = SlackChannelImport(
                channel: channel, people: checked.scan.people, text: text, archive: archive, connection: connection)
            try loading.run(&report) { messages in
                done += messages
                progress(done)
            }
        }
        return report
    }
}
