import ArgumentParser
import Backup
import Postgres

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Make a backup of the database, or check one by restoring it.",
        discussion: """
            A backup is a folder with pg_dump's file and a manifest of what is in it:
            how many rows each table has, and a hash of them. People may write meanwhile.

            EXAMPLES
              denwa backup /var/backups/denwa
              denwa backup monday
              denwa backup verify monday
              denwa backup verify monday --scratch
            """,
        subcommands: [Make.self, Verify.self],
        defaultSubcommand: Make.self)

    struct Make: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "make",
            abstract: "Make a backup; the same as denwa backup FOLDER.",
            discussion: """
                Prints the folder of the new backup. It appears when it is whole and on
                the disk, and only its owner can read it. It has everything: messages,
                hashes of passwords, secrets of authenticator apps.

                EXAMPLES
                  denwa backup make /var/backups/denwa
                  denwa backup monday --json
                """)

        @Argument(help: "A new folder, or an existing one in which the backup is named after database and time.")
        var folder: String
        @OptionGroup var options: DatabaseOptions
        @OptionGroup var wait: WaitOption
        @Flag(help: "Print one JSON object.") var json = false

        func run() async throws {
            Interruption.watch()
            let began = ContinuousClock.now
            let url = try options.url()
            let bars = StageBars()
            defer { bars.finish() }
            let run = try BackupRun(url: url, to: folder, product: .this, observer: bars.observer)
            let backup = try run.run(on: try wait.connection(url))
            bars.finish()
            let manifest = backup.manifest
            let seconds = (ContinuousClock.now - began) / .seconds(1)
            if json {
                return JSONLine.show([
                    "folder": backup.path, "database": manifest.database, "createdAt": manifest.createdAt,
                    "schemaVersion": manifest.schemaVersion, "tables": manifest.tables.count,
                    "rows": manifest.content.rows, "contentHash": manifest.contentHash, "bytes": manifest.dump.bytes,
                    "seconds": seconds.inHundredths,
                ])
            }
            Terminal.data(backup.path)
            Terminal.say(
                "\(manifest.content.rows) rows of \(manifest.tables.count) tables, \(manifest.dump.bytes.inMegabytes) MB, "
                    + "in \(seconds.inHundredths) s. Check it with: denwa backup verify \(backup.path)")
        }
    }
}
