import ArgumentParser
import Migrator
import Postgres

extension MigrateCommand {
    struct Down: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "down",
            abstract: "Take the newest migrations back, with what they have added.",
            discussion: """
                Shows what it will do, and asks. Works also if the database is newer than this
                denwa, with the text that the database keeps of each file.

                EXAMPLES
                  denwa migrate down
                  denwa migrate down --to 15 --yes
                """)

        @Option(help: ArgumentHelp("The version that stays as the newest; 0 for none.", valueName: "version"))
        var to: Int?
        @Option(help: ArgumentHelp("How many migrations; default 1.", valueName: "n")) var steps: Int?
        @OptionGroup var confirmation: ConfirmationOptions
        @OptionGroup var locks: LockOptions
        @OptionGroup var options: MigrateOptions

        func validate() throws {
            if let steps, steps < 1 { throw ValidationError("--steps is a number from 1.") }
            if let to, to < 0 { throw ValidationError("--to is a number from 0.") }
            if to != nil, steps != nil { throw ValidationError("Give --to or --steps, not both.") }
        }

        func run() async throws {
            let migrator = try options.migrator(patience: locks.patience)
            let connection = try options.connection()
            let target = to.map { DownTarget.version($0) } ?? .steps(steps ?? 1)
            let plan = try migrator.downPlan(target, on: connection)
            guard !plan.isEmpty else { return Terminal.say("Nothing to do: no migration is beyond that.") }
            try DownQuestion(steps: plan, connection: connection).ask(yes: confirmation.yes)
            try migrator.down(plan, on: connection) { step, differences in
                let file = step.migration.file
                options.tell("took back \(file)", ["file": file, "version": step.migration.version])
                DriftReport(differences).warn(
                    "The schema is not as it was before \(file); its down section leaves these differences:")
            }
        }
    }
}

/// What a person is shown and asked before something is taken back.
struct DownQuestion {
    let steps: [DownStep]
    let connection: Connection

    /// - Throws: ``ConfirmationError``; `PostgresError`.
    func ask(yes: Bool) throws {
        let files = steps.map(\.migration)
        let facts = try SchemaFacts.read(for: files.flatMap(\.downStatements), on: connection)
        let preview = MigrationPreview(down: files, facts: facts)
        for step in steps {
            let source = step.isStored ? " (with the text that the database keeps)" : ""
            Terminal.say("\(step.migration.file)\(source)")
            for statement in preview.statements where statement.file == step.migration.file {
                Terminal.say("  \(statement.analysis.does)")
            }
        }
        let database = DatabaseName(on: connection)
        let what = "what \(files.map(\.file).joined(separator: ", ")) added to \(database.sentence)"
        try Confirmation.destroying(what: what, type: database.name, yes: yes)
    }
}
