import ArgumentParser
import Migrator

extension MigrateCommand {
    struct Redo: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "redo",
            abstract: "Take the newest migration back and apply its file again.",
            discussion: """
                For whoever is writing it: the file may have been changed meanwhile. Shows
                what it will do, and asks. It is one transaction, unless the file runs in
                none.

                EXAMPLE
                  denwa migrate redo --dir Migrations --yes
                """)

        @OptionGroup var confirmation: ConfirmationOptions
        @OptionGroup var locks: LockOptions
        @OptionGroup var options: MigrateOptions

        func run() async throws {
            let migrator = try options.migrator(patience: locks.patience)
            let connection = try options.connection()
            guard let step = try migrator.downPlan(.steps(1), on: connection).first else {
                return Terminal.say("Nothing to do: no migration is applied.")
            }
            try DownQuestion(steps: [step], connection: connection).ask(yes: confirmation.yes)
            try migrator.redo(step, on: connection)
            options.tell(
                "applied \(step.migration.file) again",
                ["file": step.migration.file, "version": step.migration.version])
        }
    }
}
