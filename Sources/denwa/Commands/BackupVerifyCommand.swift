import ArgumentParser
import Backup
import DenwaDev
import Postgres

extension BackupCommand {
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify",
            abstract: "Restore a backup into a database of its own, compare all of it, and remove the database.",
            discussion: """
                Exits with 0 if every table has the rows that the manifest tells of, and
                with 1 if not. The database is made on the server of the settings, whose
                user needs the right to create one; with --scratch on a throw-away
                PostgreSQL.

                EXAMPLES
                  denwa backup verify /var/backups/denwa/denwa-20261123T100000Z
                  denwa backup verify monday --scratch --json
                """)

        @Argument(help: "The folder of the backup.") var folder: String
        @Flag(help: "Start a PostgreSQL of its own for it, which is gone afterwards.") var scratch = false
        @OptionGroup var options: DatabaseOptions
        @OptionGroup var wait: WaitOption
        @Flag(help: "Print one JSON object instead of a table.") var json = false

        func run() async throws {
            Interruption.watch()
            let began = ContinuousClock.now
            let backup = try BackupFolder(folder)
            let url = scratch ? nil : try options.url()
            let bars = StageBars()
            defer { bars.finish() }
            let run = try VerifyRun(backup, observer: bars.observer)
            let comparison = try url.map { try verify(run, $0) } ?? verifyOnScratch(run)
            bars.finish()
            show(comparison, of: backup, seconds: (ContinuousClock.now - began) / .seconds(1))
            if !comparison.isEqual { throw ExitCode.failure }
            try backup.checkManifest()
        }

        private func verify(_ run: VerifyRun, _ url: String) throws -> Comparison {
            let connection = try wait.connection(url)
            Terminal.say("Restoring into the database \(run.database) on \(connection.host), which is removed again.")
            return try run.run(url: url, on: connection)
        }

        private func verifyOnScratch(_ run: VerifyRun) throws -> Comparison {
            let cluster = try Cluster.temporary(options: ClusterOptions(durable: false, maxConnections: 20))
            defer { cluster.stop() }
            let url = cluster.url(database: "postgres")
            return try run.run(url: url, on: Connection(url: url, settings: .patient))
        }

        private func show(_ comparison: Comparison, of backup: BackupFolder, seconds: Double) {
            let manifest = backup.manifest
            if json {
                return JSONLine.show([
                    "folder": backup.path, "database": manifest.database, "createdAt": manifest.createdAt,
                    "equal": comparison.isEqual && backup.hasSoundManifest, "seconds": seconds.inHundredths,
                    "tables": comparison.lines.map(\.json),
                ])
            }
            var table = TextTable(
                ["TABLE", "IN THE MANIFEST", "RESTORED", "CONTENT"], right: ["IN THE MANIFEST", "RESTORED"])
            for line in comparison.lines {
                table.add([line.name, line.expected.rows, line.found.rows, line.verdict])
            }
            Terminal.data(table)
            // Then an error follows that says more.
            if comparison.isEqual, !backup.hasSoundManifest { return }
            Terminal.say(
                comparison.isEqual
                    ? "The backup of \(manifest.database) of \(manifest.createdAt) is good: \(manifest.content.rows) rows of "
                        + "\(manifest.tables.count) tables came back equal, in \(seconds.inHundredths) s."
                    : "The backup is not good: \(comparison.differing.joined(separator: ", ")) did not come back as the "
                        + "manifest says. Use another copy or another backup.")
        }
    }
}

extension Comparison.Line {
    fileprivate var json: [String: Any] {
        var members: [String: Any] = ["name": name, "equal": isEqual, "verdict": verdict]
        members["rows"] = expected?.rows
        members["restoredRows"] = found?.rows
        return members
    }
}

extension TableContent? {
    fileprivate var rows: String { map { "\($0.rows)" } ?? "–" }
}
