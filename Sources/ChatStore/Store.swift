package import ChatCore
package import Logging
package import NIOCore
package import Postgres

/// The database as the rest of the server sees it: what goes wrong there arrives as ``ChatError``.
package struct Store: Sendable {
    private let database: Database
    private let logger: Logger

    /// - Parameter logger: told what went wrong, while the client hears no details.
    package init(_ database: Database, logger: Logger) {
        self.database = database
        self.logger = logger
    }

    /// Runs `body` with a connection, on a storage thread.
    package func run<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) async throws -> T {
        do {
            return try await database.run(body)
        } catch {
            throw translate(error)
        }
    }

    /// The same for a caller on an event loop.
    package func run<T: Sendable>(
        on eventLoop: any EventLoop, _ body: @escaping @Sendable (Connection) throws -> T
    ) -> EventLoopFuture<T> {
        database.run(on: eventLoop, body).flatMapErrorThrowing { throw translate($0) }
    }

    /// What a client is not told in detail, the log is.
    private func translate(_ error: any Error) -> ChatError {
        if !(error is ChatError) { logger.error("The database refused a request: \(error)") }
        return ChatError(storage: error)
    }
}

extension ChatError {
    static var storageUnavailable: ChatError {
        ChatError(
            .storageUnavailable, "The database cannot be used right now. Nothing was lost; try again in a second.",
            retryAfterMilliseconds: 1000)
    }

    static var outcomeUnknown: ChatError {
        ChatError(
            .outcomeUnknown,
            "The database did not say whether it was done. Look before you try again; a message with the same client id is stored once.",
            retryAfterMilliseconds: 1000)
    }

    /// Passes a ``ChatError`` through; anything else is the storage's fault and no client's business in detail.
    package init(storage error: any Error) {
        switch error {
        case let error as ChatError:
            self = error
        case let error as PostgresError where error.kind == .busy:
            self = .overloaded("The database has too much to do.")
        case let error as PostgresError where error.isOutOfSpace:
            self = ChatError(
                .storageFull,
                "The database's disk is full; whoever runs the server has to make room. Nothing was lost.",
                retryAfterMilliseconds: 30_000)
        case let error as PostgresError where error.isCommitUnknown:
            self = .outcomeUnknown
        case let error as PostgresError where error.isTransient:
            self = .storageUnavailable
        default:
            self = ChatError(.internalError, "Something went wrong in the server; its log says what.")
        }
    }
}
