import ChatCore
import Limits
import NIOConcurrencyHelpers

/// How often somebody may sign up, log in, guess, and make rooms. The tables are bounded and live as long as the server.
///
/// Of addresses of this machine only guesses are counted: behind a proxy they would be everybody's, and tools run there.
final class LogInLimits: Sendable {
    /// How often an account may be asked for its password while it is logged in: 10 a minute, and 20 at once. Each costs a hash,
    /// the right ones too.
    private static let confirmations = Rate(10, per: .seconds(60), burst: 20)

    /// How often an account may make a room: 60 a minute, and 200 at once. Each is in everybody's list from then on, and in the memory
    /// of each socket of its members.
    private static let rooms = Rate(60, per: .seconds(60), burst: 200)

    private struct Tables {
        var logIns = AddressLimiter(AddressLimiter.logIns)
        var signUps = AddressLimiter(AddressLimiter.signUps)
        var confirmations = KeyLimiter<AccountID>(LogInLimits.confirmations)
        var rooms = KeyLimiter<AccountID>(LogInLimits.rooms)
        var guesses = GuessLimiter()
    }

    private let tables = NIOLockedValueBox(Tables())

    /// - Throws: `too_many_requests`.
    func admitSignUp(from address: IPAddress) throws(ChatError) {
        try admit(address, \.signUps, "Too many accounts were made from your network.")
    }

    /// - Throws: `too_many_requests`.
    func admitLogIn(from address: IPAddress) throws(ChatError) {
        try admit(address, \.logIns, "Too many log-ins come from your network.")
    }

    private func admit(
        _ address: IPAddress, _ table: WritableKeyPath<Tables, AddressLimiter>, _ cause: String
    ) throws(ChatError) {
        guard !address.isLoopback else { return }
        let decision = tables.withLockedValue { $0[keyPath: table].decide(network: address.network, now: .now) }
        if case .retry(let after) = decision { throw .tooManyRequests(cause, after: after) }
    }

    /// - Throws: `too_many_requests`.
    func admitConfirmation(of account: AccountID) throws(ChatError) {
        try admit(account, \.confirmations, "Your password was asked for too often.")
    }

    /// - Throws: `too_many_requests`.
    func admitRoom(by account: AccountID) throws(ChatError) {
        try admit(account, \.rooms, "You have made too many rooms.")
    }

    private func admit(
        _ account: AccountID, _ table: WritableKeyPath<Tables, KeyLimiter<AccountID>>, _ cause: String
    ) throws(ChatError) {
        let decision = tables.withLockedValue { $0[keyPath: table].decide(account, now: .now) }
        if case .retry(let after) = decision { throw .tooManyRequests(cause, after: after) }
    }

    /// Lets a guess through before it is compared, and remembers what came of it.
    /// - Parameters:
    ///   - handle: as it was typed; whether there is such an account makes no difference.
    ///   - isRight: compares. If it throws, nothing was learned, and the guess counts as not made.
    /// - Returns: what `isRight` has returned.
    /// - Throws: `too_many_requests`; what `isRight` throws.
    func guess(at handle: String, by guesser: Guesser, _ isRight: () async throws -> Bool) async throws -> Bool {
        let account = handle.lowercased()
        let decision = tables.withLockedValue { $0.guesses.decide(account: account, by: guesser, now: .now) }
        if case .retry(let after) = decision { throw ChatError.tooManyGuesses(by: guesser, after: after) }
        do {
            let isRight = try await isRight()
            tables.withLockedValue { tables in
                if isRight {
                    tables.guesses.succeeded(account: account, by: guesser, now: .now)
                } else {
                    tables.guesses.failed(account: account, by: guesser, now: .now)
                }
            }
            return isRight
        } catch {
            tables.withLockedValue { $0.guesses.withdrawn(account: account, by: guesser, now: .now) }
            throw error
        }
    }
}

extension ChatError {
    /// One that has not been compared yet counts as wrong until it has, so the right ones of one moment may meet this too.
    fileprivate static func tooManyGuesses(by guesser: Guesser, after pause: Duration) -> ChatError {
        let cause = "Too many wrong passwords or codes were tried, or too many at the same time."
        guard case .stranger = guesser else { return tooManyRequests(cause, after: pause) }
        return tooManyRequests(
            "\(cause) A device on which you have logged in before need not wait.", after: pause)
    }

    fileprivate static func tooManyRequests(_ cause: String, after pause: Duration) -> ChatError {
        let seconds = max(1, Int((pause / .seconds(1)).rounded(.up)))
        return ChatError(
            .tooManyRequests, "\(cause) Try again in \(seconds) s.", retryAfterMilliseconds: seconds * 1000)
    }
}
