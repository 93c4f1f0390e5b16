import ArgumentParser
import Migrator
import Postgres
import Schema

/// What all commands of `migrate` have in common.
struct MigrateOptions: ParsableArguments {
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var waiting: WaitOption
    @Option(help: ArgumentHelp("A folder of migrations instead of those compiled in.", valueName: "folder"))
    var dir: String?
    @Flag(help: "Print one JSON object a line.") var json = false

    /// Through a pooler as well as without.
    func connection() throws -> Connection { try waiting.connection(database.url(), settings: .pooled) }

    /// - Throws: ``FolderError``.
    func files() throws -> [Schema.File] {
        guard let dir else { return Schema.migrations }
        return try MigrationFolder(dir).files()
    }

    /// - Throws: ``FolderError``; `MigrationError` if a file is not as it has to be.
    func migrator(patience: LockPatience = .init()) throws -> Migrator {
        try Migrator(files: files(), patience: patience) { Terminal.say($0) }
    }

    /// What was done: a line for people, members for programs.
    func tell(_ line: String, _ members: [String: Any?]) {
        if json { JSONLine.show(members) } else { Terminal.data(line) }
    }

    func warn(_ warnings: [MigrationWarning]) {
        for warning in warnings { Terminal.say("Warning: \(warning)") }
    }
}

/// How long statements wait for locks.
struct LockOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How long a file waits for a lock, and others behind it, before it lets them pass and tries again; "
                + "0 waits for ever. Default: 5s.", valueName: "duration"))
    var lockTimeout: Pause?

    var patience: LockPatience {
        lockTimeout.map { LockPatience(timeout: $0.duration) } ?? LockPatience()
    }
}
