import ArgumentParser
import Migrator

extension MigrateCommand {
    struct Up: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "up",
            abstract: "Apply what is pending, each file in one transaction.",
            discussion: """
                A file that fails changes nothing. Several may run at once.

                EXAMPLES
                  denwa migrate up --database-url postgresql:///denwa
                  denwa migrate up --wait 30s --steps 1
                  denwa migrate up --dry-run
                """)

        @Option(help: ArgumentHelp("The last version to apply.", valueName: "version")) var to: Int?
        @Option(help: ArgumentHelp("At most so many files.", valueName: "n")) var steps: Int?
        @Flag(help: "Show what would be applied, and change nothing.") var dryRun = false
        @OptionGroup var locks: LockOptions
        @OptionGroup var options: MigrateOptions

        func validate() throws {
            if let steps, steps < 1 { throw ValidationError("--steps is a number from 1.") }
            if let to, to < 1 {
                throw ValidationError("--to is a number from 1; to go back there is `denwa migrate down`.")
            }
        }

        func run() async throws {
            let migrator = try options.migrator(patience: locks.patience)
            let connection = try options.connection()
            let limits = UpLimits(version: to, steps: steps)
            let plan = try migrator.status(on: connection)
            options.warn(plan.warnings)
            if dryRun { return try show(plan, limits) }
            var began = ContinuousClock.now
            let applied = try migrator.up(limits, on: connection) { file in
                let time = ContinuousClock.now - began
                began = .now
                options.tell(
                    "applied \(file.file)",
                    ["file": file.file, "version": file.version, "milliseconds": time.inMilliseconds])
            }
            if applied.isEmpty { Terminal.say(Self.nothing(limits)) }
        }

        private func show(_ plan: MigrationPlan, _ limits: UpLimits) throws {
            try limits.check(plan)
            let files = limits.pending(of: plan)
            for file in files {
                try file.check()
                options.tell(
                    "would apply \(file.file)", ["file": file.file, "version": file.version, "dryRun": true])
            }
            if files.isEmpty { Terminal.say(Self.nothing(limits)) }
        }

        private static func nothing(_ limits: UpLimits) -> String {
            limits.version.map { "Nothing to do: the database is at migration \($0)." }
                ?? "Nothing to do: the database has the newest schema."
        }
    }
}

extension Duration {
    /// Whole ones, for people and programs.
    var inMilliseconds: Int { Int(self / .milliseconds(1)) }
}
