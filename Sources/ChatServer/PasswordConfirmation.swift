import ChatCore
import ChatStore
import Limits
import Passwords

/// Asks for the password of the account that is logged in, before something is done that a stolen session must not do.
struct PasswordConfirmation: Sendable {
    let store: Store
    let hasher: PasswordHasher
    let limits: LogInLimits

    /// - Parameters:
    ///   - text: what was sent as the password.
    ///   - field: the member that it came in.
    /// - Returns: the stored PHC string that it was compared with.
    /// - Throws: `wrong_password`, `too_many_requests`: a stolen session is no place to guess from either, wherever it is taken.
    func confirm(_ text: String, field: String, _ context: AuthenticatedContext) async throws -> String {
        let (session, address) = (context.session, context.clientAddress.description)
        try limits.admitConfirmation(of: session.account.id)
        let attempt = Password(attempt: text)
        let stored = try await store.run { try Accounts.passwordHash(of: session.account.id, on: $0) }
        let isRight = try await limits.guess(
            at: session.account.handle.description, by: .session(session.id.rawValue)
        ) {
            let verdict = try await hasher.verify(
                attempt?.normalized ?? "", against: attempt.flatMap { _ in stored }, since: context.arrival)
            return verdict != .wrong
        }
        guard let stored, isRight else {
            let entry = AuditEntry(.passwordRefused, session.account.id, from: address, session: session.id)
            try await store.run { try Audit.write(entry, on: $0) }
            throw Self.wrongPassword(field)
        }
        return stored
    }

    static func wrongPassword(_ field: String) -> ChatError {
        ChatError(.wrongPassword, "The password is another one. Nothing was changed.", field: field)
    }
}
