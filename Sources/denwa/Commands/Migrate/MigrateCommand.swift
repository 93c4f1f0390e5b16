import ArgumentParser

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Bring a database to the newest schema or back, and show where it is.",
        discussion: """
            The migrations are compiled in; --dir takes those of a folder instead. Each file is
            applied in one transaction with its record, so a failed one changes nothing.

            EXAMPLES
              DATABASE_URL=postgresql:///denwa denwa migrate up
              denwa migrate plan
              denwa migrate rehearse --with-data
              denwa migrate status --json
            """,
        subcommands: [
            Up.self, Down.self, Redo.self, Status.self, Plan.self, Rehearse.self, Verify.self, Lint.self, New.self,
            Baseline.self, Repair.self, Dump.self,
        ])
}
