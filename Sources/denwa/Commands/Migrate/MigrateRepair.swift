import ArgumentParser
import Migrator

extension MigrateCommand {
    struct Repair: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "repair",
            abstract: "Accept the text of a file as what was applied, after showing the difference.",
            discussion: """
                Runs nothing: it changes the record only. With the newest version it also takes
                the schema, as it is, for what the migrations have made.

                EXAMPLE
                  denwa migrate repair --accept 15
                """)

        @Option(help: ArgumentHelp("The version whose file is right.", valueName: "version")) var accept: Int
        @OptionGroup var confirmation: ConfirmationOptions
        @OptionGroup var options: MigrateOptions

        func run() async throws {
            let migrator = try options.migrator()
            let connection = try options.connection()
            let repair = try migrator.repair(accept, on: connection)
            guard repair.isNeeded else {
                return Terminal.say("Nothing to do: \(repair.file.file) is what was applied.")
            }
            let drift = DriftReport(repair.drift)
            if !repair.diff.isEmpty { Terminal.say(repair.diff) }
            for line in drift.lines { Terminal.say(line) }
            let database = DatabaseName(on: connection)
            try Agreement.ask(
                "This changes the record of \(repair.file.file) in \(database.sentence), and nothing else.",
                type: database.name, yes: confirmation.yes)
            try migrator.accept(repair, on: connection)
            options.tell(
                "accepted \(repair.file.file)",
                [
                    "file": repair.file.file, "version": repair.file.version, "diff": repair.diff,
                    "drift": drift.members,
                ])
        }
    }
}
