import ArgumentParser
import Foundation
import Migrator

extension MigrateCommand {
    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status",
            abstract: "Show what is applied and what is pending; changes nothing.",
            discussion: """
                EXAMPLES
                  denwa migrate status --json --database-url postgresql:///denwa
                  denwa migrate status --exit-code > /dev/null || denwa migrate up
                """)

        @Flag(help: "Exit with 2 if something is pending.") var exitCode = false
        @OptionGroup var options: MigrateOptions

        func run() async throws {
            let plan = try options.migrator().status(on: options.connection())
            options.warn(plan.warnings)
            let report = MigrationReport(plan)
            if options.json { Terminal.data(try report.json()) } else { Terminal.data(report.table) }
            if exitCode, !plan.pending.isEmpty { throw ExitCode(2) }
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

    var table: TextTable {
        var table = TextTable(["VERSION", "APPLIED", "NAME"])
        for entry in applied + pending {
            let number = String(repeating: "0", count: max(0, 4 - "\(entry.version)".count)) + "\(entry.version)"
            table.add([number, entry.appliedAt ?? "pending", entry.name])
        }
        return table
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
