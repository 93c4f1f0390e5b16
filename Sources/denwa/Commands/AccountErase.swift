import ArgumentParser
import ChatCore
import ChatStore
import Postgres

extension AccountCommand {
    struct Erase: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "erase", abstract: "Remove what somebody has said and all that is known of them, for ever.",
            discussion: """
                The numbers of their messages stay, as "removed", so that rooms keep their order.
                The account can never be used again; its handle is free. What people have seen
                or saved, and backups of before, are not reached.

                If it is interrupted, do it again: it goes on.

                EXAMPLES
                  denwa account erase mallory --dry-run
                  denwa account erase mallory
                """)

        @OptionGroup var options: AdministrationOptions
        @OptionGroup var confirmation: ConfirmationOptions
        @Argument(help: "The account's handle.") var handle: String
        @Flag(help: "Only print what would be removed.") var dryRun = false

        func run() async throws {
            let handle = try Handle(handle)
            let connection = try options.connection(options.settings())
            if dryRun {
                return show(try Erasure.measure(handle, by: .commandLine, on: connection), of: handle)
            }
            _ = try AccountRecords.find(handle, on: connection)
            try Confirmation.destroying(
                what: "all that \(handle) has said and all that is known of them, in "
                    + DatabaseName(on: connection).sentence,
                type: handle.description, yes: confirmation.yes)
            let bar = ProgressBar("Removing messages", total: nil, unit: "messages")
            let report = try Erasure.run(handle, by: .commandLine, on: connection) { bar.advance(to: Int($0)) }
            bar.finish()
            show(report, of: handle)
        }

        private func show(_ report: Erasure.Report, of handle: Handle) {
            guard !options.json else { return options.show(members(report, of: handle)) }
            var table = TextTable(["WHAT", "COUNT", "BYTES"], right: ["COUNT", "BYTES"])
            for room in report.messages {
                table.add(["messages in \(room.room)", "\(room.messages)", "\(room.bytes)"])
            }
            for (what, count) in report.counts { table.add([what, "\(count)"]) }
            Terminal.data(table)
            Terminal.say(dryRun ? "Nothing was changed." : "\(handle) is \(report.becomes) now.")
        }

        private func members(_ report: Erasure.Report, of handle: Handle) -> [String: Any?] {
            [
                "account": handle.description, "becomes": report.becomes.description, "dryRun": dryRun,
                "messages": report.messages.reduce(0) { $0 + $1.messages },
                "bytes": report.messages.reduce(0) { $0 + $1.bytes },
                "rooms": report.messages.map { room -> [String: Any] in
                    ["room": room.room.description, "messages": room.messages, "bytes": room.bytes]
                },
                "memberships": report.memberships, "bans": report.bans, "sessions": report.sessions,
                "devices": report.devices, "secondFactors": report.secondFactors,
                "recoveryCodes": report.recoveryCodes, "resetLinks": report.resetLinks,
                "auditAddresses": report.auditAddresses,
            ]
        }
    }
}

extension Erasure.Report {
    /// Beside the messages.
    fileprivate var counts: [(String, Int64)] {
        [
            ("memberships", memberships), ("bans", bans), ("sessions", sessions), ("known devices", devices),
            ("second factors", secondFactors), ("recovery codes", recoveryCodes), ("reset links", resetLinks),
            ("addresses in the audit log", auditAddresses),
        ]
    }
}
