import ArgumentParser
import Migrator

extension MigrateCommand {
    struct Lint: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "lint",
            abstract: "Look at the files for what loses data, blocks people, or cannot be taken back.",
            discussion: """
                Needs no database. A statement that destroys data needs a line
                `-- destructive: reason` above it. Exits with 1 if there is an error; warnings are
                for people to weigh.

                EXAMPLE
                  denwa migrate lint --dir Migrations
                """)

        @OptionGroup var options: MigrateOptions

        func run() async throws {
            let files = try options.files()
            var migrations: [Migration] = []
            for file in files { migrations.append(try Migration(file: file.name, text: file.text)) }
            let findings = Linter(migrations).findings()
            for finding in findings {
                options.tell(
                    finding.description,
                    [
                        "file": finding.file, "line": finding.line, "column": finding.column,
                        "level": finding.level.rawValue, "rule": finding.rule, "message": finding.message,
                    ])
            }
            // Their numbers too.
            _ = try MigrationPlan(files: migrations, applied: [])
            let errors = findings.count { $0.level == .error }
            Terminal.say(
                "\(migrations.count) files, \(errors) \(errors == 1 ? "error" : "errors"), "
                    + "\(findings.count - errors) \(findings.count - errors == 1 ? "warning" : "warnings").")
            if errors > 0 { throw ExitCode.failure }
        }
    }
}
