import ArgumentParser
import Migrator

extension MigrateCommand {
    struct Baseline: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "baseline",
            abstract: "Record migrations as applied without running them, in a database without any record.",
            discussion: """
                For a database whose schema is there, but whose table schema_migrations is not.
                Nobody checks that the schema is the one of that version.

                EXAMPLE
                  denwa migrate baseline 15 --yes
                """)

        @Argument(help: "The version that the schema has.") var version: Int
        @OptionGroup var confirmation: ConfirmationOptions
        @OptionGroup var options: MigrateOptions

        func run() async throws {
            let migrator = try options.migrator()
            let connection = try options.connection()
            let files = try migrator.baselineFiles(version, on: connection)
            let database = DatabaseName(on: connection)
            try Agreement.ask(
                "This records \(files.count) migrations, up to \(version), as applied to \(database.sentence) without "
                    + "running them.", type: database.name, yes: confirmation.yes)
            for file in try migrator.baseline(version, on: connection) {
                options.tell("recorded \(file.file)", ["file": file.file, "version": file.version])
            }
        }
    }
}

/// A question before something that deletes nothing, but is hard to take back.
enum Agreement {
    /// Returns if a person has typed the name, or `--yes` was given.
    /// - Throws: ``ConfirmationError``; without a terminal a `ValidationError`.
    static func ask(_ sentence: String, type name: String, yes: Bool) throws {
        guard !yes else { return }
        guard let answer = Terminal.ask("\(sentence) Type \(name) to go on:") else {
            throw ValidationError("\(sentence) Without a terminal to ask on, add --yes.")
        }
        guard answer == name else { throw ConfirmationError.notConfirmed }
    }
}
