import ArgumentParser
import ChatCore
import ChatStore
import Foundation
import Postgres

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Read what was done to accounts and rooms, by whom, and from where.",
        discussion: """
            Log-ins, refused ones, ends of sessions and changes of passwords; the newest line is
            the last. Lines are only added to the log, and hold no secrets.

            EXAMPLES
              denwa audit --account hana --days 7
              denwa audit --limit 1000 --json
            """)

    @OptionGroup var options: DatabaseOptions
    @Option(help: "Only what is about the account with this handle.") var account: String?
    @Option(help: "Only what is not older than this many days.") var days: Int64?
    @Option(help: "At most so many lines, the newest.") var limit: Int64 = 100
    @Flag(help: "Print one JSON object a line.") var json = false

    func validate() throws {
        guard days.map({ $0 > 0 }) ?? true else { throw ValidationError("--days is a whole number above 0.") }
        guard limit > 0 else { throw ValidationError("--limit is a whole number above 0.") }
    }

    func run() async throws {
        let handle = try account.map { text throws(ChatError) in try Handle(text) }
        let connection = try Connection(url: options.url(), settings: .patient)
        try DatabaseCheck.schemaIsCurrent(on: connection)
        let lines = try Audit.read(about: handle, days: days, limit: limit, on: connection)
        for line in lines { Terminal.data(json ? try line.json() : line.text) }
        if lines.isEmpty { Terminal.say("There is nothing to show.") }
    }
}

extension Audit.Line {
    fileprivate var text: String {
        // An erased account's address is gone.
        let isAnonymous = address != nil || AuditEntry.Act(rawValue: act)?.isAnonymous == true
        let who =
            actor.map { $0 == account ? "" : " by \($0)" }
            ?? (isAnonymous ? " by somebody who is not logged in" : " by the command line")
        let place = address.map { " from \($0)" } ?? ""
        let whom = account?.description ?? (act == "log_in_refused" ? "an unknown account" : "no account")
        let what = [
            room.map { "  room \($0)" }, session.map { "  session \($0.rawValue)" }, detail.map { "  \($0)" },
        ].compactMap { $0 }.joined()
        return "\(at.rfc3339)  \(act)  \(whom)\(who)\(place)\(what)"
    }

    fileprivate func json() throws -> String {
        var members = ["at": at.rfc3339, "act": act]
        members["account"] = account?.description
        members["actor"] = actor?.description
        members["address"] = address
        members["room"] = room?.description
        members["detail"] = detail
        members["session"] = session.map { String($0.rawValue) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(members), as: UTF8.self)
    }
}
