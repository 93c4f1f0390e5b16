import ArgumentParser
import Migrator
import Postgres

extension MigrateCommand {
    struct Rehearse: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rehearse",
            abstract: "Apply the pending files to a copy of the database, and say how long each takes.",
            discussion: """
                The copy is a database of its own on the same server, which is removed afterwards,
                however it ends. It has the schema, and with --with-data the rows. The database
                itself is only read; its user needs the right to create one.

                EXAMPLES
                  denwa migrate rehearse
                  denwa migrate rehearse --with-data --json
                """)

        @Flag(help: "Copy the rows too: it takes longer, and shows how long.") var withData = false
        @Option(help: ArgumentHelp("The last version to apply.", valueName: "version")) var to: Int?
        @OptionGroup var options: MigrateOptions

        func run() async throws {
            Interruption.watch()
            let migrator = try options.migrator()
            let connection = try options.connection()
            guard let database = ConnectionParameters(url: try options.database.url()) else { throw DumpError.badURL }
            let plan = try migrator.status(on: connection)
            options.warn(plan.warnings)
            let limits = UpLimits(version: to)
            try limits.check(plan)
            guard !limits.pending(of: plan).isEmpty else {
                return Terminal.say("Nothing to do: the database has the newest schema.")
            }
            let programs = try DumpPrograms(for: connection)
            let scratch = try ScratchCopy(of: database, over: connection)
            Terminal.say("Rehearsing in the database \(scratch.name), which is removed again.")
            do {
                try scratch.lend { copy in
                    try fill(copy, from: database, programs, hasRecords: !plan.applied.isEmpty)
                    try rehearse(migrator, limits, in: copy)
                }
            } catch  where Interruption.happened {
                Terminal.say("Interrupted; the database \(scratch.name) is removed.")
                throw ExitCode(130)
            }
        }

        private func fill(
            _ copy: ConnectionParameters, from database: ConnectionParameters, _ programs: DumpPrograms,
            hasRecords: Bool
        ) throws {
            let began = ContinuousClock.now
            let plain = ["--no-owner", "--no-privileges", "--no-password"]
            if withData {
                try programs.copy(database, to: copy, plain)
            } else {
                try programs.copy(database, to: copy, plain + ["--schema-only"])
                // What is applied is a fact of the schema.
                if hasRecords {
                    try programs.copy(database, to: copy, plain + ["--data-only", "--table=schema_migrations"])
                }
            }
            // As a database that runs would know them.
            try Connection(url: copy.url, settings: .patient).execute(script: "ANALYZE")
            let what = withData ? "The schema and the rows" : "The schema"
            Terminal.say("\(what) were copied in \((ContinuousClock.now - began).inMilliseconds) ms.")
        }

        private func rehearse(_ migrator: Migrator, _ limits: UpLimits, in copy: ConnectionParameters) throws {
            let connection = try Connection(url: copy.url, settings: .patient)
            var table = TextTable(["FILE", "TIME"], right: ["TIME"])
            var began = ContinuousClock.now
            defer { if !options.json, !table.isEmpty { Terminal.data(table) } }
            try migrator.up(limits, on: connection) { file in
                let time = (ContinuousClock.now - began).inMilliseconds
                if options.json {
                    JSONLine.show(["file": file.file, "version": file.version, "milliseconds": time])
                } else {
                    table.add([file.file, "\(time) ms"])
                }
                began = .now
            }
            Terminal.say("All of them can be applied\(withData ? " to these rows" : "; the rows were not tried").")
        }
    }
}
