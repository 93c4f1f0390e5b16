import ArgumentParser
import ChatServer

/// The one executable.
@main
struct Denwa: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "denwa",
        abstract: "A persistent chat backend on PostgreSQL.",
        discussion: """
            EXAMPLES
              denwa dev
              DATABASE_URL=postgresql://… denwa migrate up
              DATABASE_URL=postgresql://… denwa serve

            Exit codes: 0 ok, 1 failed, 2 attention, 64 usage,
            69 database unavailable, 75 lock held, 78 configuration.
            """,
        version: ChatApplication.version,
        subcommands: [
            DevCommand.self, ServeCommand.self, MigrateCommand.self, SeedCommand.self, AccountCommand.self,
            SessionCommand.self, RoomCommand.self, RetentionCommand.self,
            InviteCommand.self, BotCommand.self, AuditCommand.self, BackupCommand.self, RestoreCommand.self,
            ExportCommand.self, ImportCommand.self,
            DoctorCommand.self, ConfigCommand.self,
            TailCommand.self,
            SendCommand.self, ManualCommand.self, CompletionsCommand.self,
            BenchCommand.self, ProveCommand.self, DevClusterCommand.self, ConfigurationTableCommand.self,
        ])

    /// The one place where an error becomes a sentence and an exit code.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            guard let failure = Failure(error) else { exit(withError: error) }
            Terminal.say("denwa: " + failure.sentence)
            exit(withError: failure.exitCode)
        }
    }
}
