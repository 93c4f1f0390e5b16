import ArgumentParser
import Backup
import ChatStore
import Postgres

struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a backup into an empty database, a new one, or in the place of what is there.",
        discussion: """
            In one transaction: if anything fails, or what was loaded is not what the
            manifest says, nothing was changed. The database gets a new identity, so that
            clients load anew what they show instead of going on from positions that it
            has never had.

            What was revoked, changed or erased after the backup is as it was before.

            EXAMPLES
              denwa restore monday --create
              denwa restore monday --replace
              denwa restore monday --replace --yes --json
            """)

    @Argument(help: "The folder of the backup.") var folder: String
    @Flag(help: "Make the database that the URL names.") var create = false
    @Flag(help: "Delete what is in the database first; asks for its name.") var replace = false
    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var options: DatabaseOptions
    @OptionGroup var wait: WaitOption
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        if create, replace {
            throw ValidationError("A database that is made with --create has nothing for --replace; leave one out.")
        }
    }

    func run() async throws {
        Interruption.watch()
        let began = ContinuousClock.now
        let backup = try BackupFolder(folder)
        let url = try options.url()
        let bars = StageBars()
        defer { bars.finish() }
        let run = try RestoreRun(backup, url: url, product: .this, observer: bars.observer)
        bars.finish()
        let outcome = try create ? run.runCreating(over: wait.connection(run.serverURL)) : restore(run, url)
        bars.finish()
        show(outcome, of: backup, seconds: (ContinuousClock.now - began) / .seconds(1))
    }

    private func restore(_ run: RestoreRun, _ url: String) throws -> RestoreRun.Outcome {
        let connection = try wait.connection(url)
        let isReplacing = try replace && DatabaseObjects.count(on: connection) > 0
        if isReplacing {
            let name = DatabaseName(on: connection)
            try Confirmation.destroying(what: "all that is in \(name.sentence)", type: name.name, yes: confirmation.yes)
        }
        return try run.run(on: connection, isReplacing: isReplacing)
    }

    private func show(_ outcome: RestoreRun.Outcome, of backup: BackupFolder, seconds: Double) {
        let manifest = backup.manifest
        let pending = Product.this.newestSchema - manifest.schemaVersion
        if json {
            return JSONLine.show([
                "folder": backup.path, "createdAt": manifest.createdAt, "database": outcome.database,
                "schemaVersion": manifest.schemaVersion, "pendingMigrations": pending,
                "tables": manifest.tables.count, "rows": outcome.content.rows,
                "contentHash": outcome.content.hash, "epoch": outcome.epoch, "formerEpoch": manifest.epoch,
                "seconds": seconds.inHundredths,
            ])
        }
        Terminal.data(
            "restored \(outcome.content.rows) rows of \(manifest.tables.count) tables into \(outcome.database), "
                + "as of \(manifest.createdAt)")
        Terminal.say(
            "All of it is as the manifest says. The epoch is \(outcome.epoch): clients load anew what they show.")
        Terminal.say("What was revoked, changed or erased after the backup is as it was before; see docs/cli.md.")
        if pending > 0 {
            let migrations = pending == 1 ? "1 migration is" : "\(pending) migrations are"
            Terminal.say("\(migrations) pending; run `denwa migrate up` before `denwa serve`.")
        }
    }
}
