import ArgumentParser
import Foundation
import Migrator
import Postgres
import Schema

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Bring a database to the newest schema, or show where it is.",
        discussion: """
            EXAMPLES
              DATABASE_URL=postgresql:///denwa denwa migrate up
              denwa migrate status --json
            """,
        subcommands: [Up.self, Status.self])

    struct Up: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "up",
            abstract: "Apply what is pending, each file in one transaction.",
            discussion: """
                A file that fails changes nothing. Several may run at once.

                EXAMPLE
                  denwa migrate up --database-url postgresql:///denwa
                """)

        @OptionGroup var options: DatabaseOptions

        func run() async throws {
            let connection = try Connection(url: options.url(), settings: .patient)
            let applied = try Migrator(files: Schema.migrations).up(on: connection) {
                Terminal.data("applied \($0.file)")
            }
            if applied.isEmpty { Terminal.say("Nothing to do: the database has the newest schema.") }
        }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status",
            abstract: "Show what is applied and what is pending; changes nothing.",
            discussion: """
                EXAMPLE
                  denwa migrate status --json --database-url postgresql:///denwa
                """)

        @OptionGroup var options: DatabaseOptions
        @Flag(help: "Print one JSON object instead of a table.") var json = false

        func run() async throws {
            let connection = try Connection(url: options.url(), settings: .patient)
            let plan = try Migrator(files: Schema.migrations).status(on: connection)
            let report = MigrationReport(plan)
            Terminal.data(json ? try report.json() : report.table)
        }
    }
}

/// Where a database is, for people and for programs.
struct MigrationReport: Encodable {
    struct Entry: Encodable {
        let version: Int
        let name: String
        /// RFC 3339; absent while pending.
        let appliedAt: String?
    }

    let applied: [Entry]
    let pending: [Entry]

    init(_ plan: MigrationPlan) {
        applied = plan.applied.map { Entry(version: $0.version, name: $0.name, appliedAt: $0.appliedAt) }
        pending = plan.pending.map { Entry(version: $0.version, name: $0.name, appliedAt: nil) }
    }

    var table: String {
        (applied + pending).map { entry in
            let number = String(repeating: "0", count: max(0, 4 - "\(entry.version)".count)) + "\(entry.version)"
            return "\(number)  \(entry.appliedAt ?? "pending                 ")  \(entry.name)"
        }.joined(separator: "\n")
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
