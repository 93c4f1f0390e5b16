import ArgumentParser
import Backup
import Bench
import ChatClient
import ChatCore
import DenwaDev
import Migrator
import Postgres
import Prove
import Transfer

/// What a person is told when a command fails: one sentence with cause and cure, and an exit code (docs/cli.md).
struct Failure {
    let sentence: String
    let exitCode: ExitCode

    private static let failed = ExitCode.failure
    private static let usage = ExitCode(64)
    private static let databaseUnavailable = ExitCode(69)
    private static let lockHeld = ExitCode(75)
    private static let badConfiguration = ExitCode(78)
    private static let interrupted = ExitCode(130)

    /// - Returns: `nil` for what the argument parser explains itself.
    init?(_ error: any Error) {
        switch error {
        case let error as ConfigurationError: self.init(error.description, Self.badConfiguration)
        case let error as DatabaseUnsuitable: self.init(error.description, Self.badConfiguration)
        case let error as ConfirmationError: self.init(error.description, Self.code(for: error))
        case let error as ClientFailure: self.init(error.description, Self.failed)
        case let error as FileFailure: self.init(error.description, Self.failed)
        case let error as RoomTail.Failure: self.init(error.description, Self.failed)
        case let error as BackupError: self.init(error.description, Self.code(for: error))
        case let error as TransferError: self.init(error.description, Self.failed)
        case let error as ZipError: self.init(error.description, Self.failed)
        case let error as ListenError: self.init(error.description, Self.failed)
        case let error as BenchFailure: self.init(error.description, Self.failed)
        case let error as ProveError: self.init(error.description, Self.failed)
        case let error as ChatError where error.code == .invalidField: self.init(error.detail, Self.usage)
        case let error as ChatError: self.init(error.detail, Self.failed)
        case let error as MigrationError: self.init(error.description, Self.code(for: error))
        case let error as FolderError: self.init(error.description, Self.failed)
        case let error as DumpError: self.init(error.description, Self.failed)
        case let error as ClusterError: self.init(error.description, Self.code(for: error))
        case let error as PostgresError where error.kind == .unreachable:
            self.init(
                "PostgreSQL cannot be reached: \(error.message.replacing("\n\t", with: " ").replacing("\n", with: " ")) "
                    + "(Check that it runs, and the database URL.)",
                Self.databaseUnavailable)
        case let error as PostgresError:
            self.init("PostgreSQL: \(error)", error.isTransient ? Self.databaseUnavailable : Self.failed)
        default: return nil
        }
    }

    private init(_ sentence: String, _ exitCode: ExitCode) {
        self.sentence = sentence
        self.exitCode = exitCode
    }

    private static func code(for error: ConfirmationError) -> ExitCode {
        if case .nobodyToAsk = error { usage } else { failed }
    }

    private static func code(for error: MigrationError) -> ExitCode {
        switch error {
        case .databaseNewer, .noSchema: badConfiguration
        case .unknownVersion, .notAhead, .notBehind, .notApplied: usage
        case .locksHeld: lockHeld
        default: failed
        }
    }

    private static func code(for error: BackupError) -> ExitCode {
        switch error.kind {
        case .failed: failed
        case .unavailable: databaseUnavailable
        case .configuration: badConfiguration
        case .interrupted: interrupted
        }
    }

    private static func code(for error: ClusterError) -> ExitCode {
        switch error {
        case .locked: lockHeld
        case .noPostgres, .notReady: databaseUnavailable
        case .folder, .failed: failed
        }
    }
}
