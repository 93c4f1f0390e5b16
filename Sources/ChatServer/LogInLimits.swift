import ChatCore
import Limits
import NIOConcurrencyHelpers

/// How often somebody may sign up, log in, and guess. The tables are bounded and live as long as the server.
///
/// Of addresses of this machine only guesses are counted: behind a proxy they would be everybody's, and tools run there.
final class LogInLimits: Sendable {
    /// A guess that was let through; what came of it has to be told.
    private struct Guess {
        let account: String
        let network: IPAddress.Network
        let isKnownDevice: Bool
    }

    private struct Tables {
        var logIns = AddressLimiter(AddressLimiter.logIns)
        var signUps = AddressLimiter(AddressLimiter.signUps)
        var guesses = GuessLimiter()
    }

    private static let loopback = ["127.0.0.0/8", "::1"].compactMap { AddressRange($0) }

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
        guard !Self.loopback.contains(where: { $0.contains(address) }) else { return }
        let decision = tables.withLockedValue { $0[keyPath: table].decide(network: address.network, now: .now) }
        if case .retry(let after) = decision { throw .tooManyRequests(cause, after: after) }
    }

    /// Before a password is compared.
    /// Lets a guess through, and remembers what came of it.
    /// - Parameters:
    ///   - handle: as it was typed; whether there is such an account makes no difference.
    ///   - isRight: compares. If it throws, nothing was learned, and the guess counts as not made.
    /// - Returns: what `isRight` has returned.
    /// - Throws: `too_many_requests`; what `isRight` throws.
    func guess(
        at handle: String, from address: IPAddress, isKnownDevice: Bool, _ isRight: () async throws -> Bool
    ) async throws -> Bool {
        let guess = try admitGuess(at: handle, from: address, isKnownDevice: isKnownDevice)
        do {
            let isRight = try await isRight()
            settle(guess, isRight: isRight)
            return isRight
        } catch {
            tables.withLockedValue { tables in
                tables.guesses.withdrawn(
                    account: guess.account, network: guess.network, isKnownDevice: guess.isKnownDevice, now: .now)
            }
            throw error
        }
    }

    private func admitGuess(at handle: String, from address: IPAddress, isKnownDevice: Bool) throws(ChatError) -> Guess
    {
        let guess = Guess(account: handle.lowercased(), network: address.network, isKnownDevice: isKnownDevice)
        let decision = tables.withLockedValue { tables in
            tables.guesses.decide(
                account: guess.account, network: guess.network, isKnownDevice: isKnownDevice, now: .now)
        }
        if case .retry(let after) = decision {
            throw .tooManyRequests(
                "Too many wrong passwords or codes were tried. A device on which you have logged in before need not wait.",
                after: after)
        }
        return guess
    }

    /// After it was compared.
    private func settle(_ guess: Guess, isRight: Bool) {
        tables.withLockedValue { tables in
            if isRight {
                tables.guesses.succeeded(
                    account: guess.account, network: guess.network, isKnownDevice: guess.isKnownDevice, now: .now)
            } else {
                tables.guesses.failed(
                    account: guess.account, network: guess.network, isKnownDevice: guess.isKnownDevice, now: .now)
            }
        }
    }
}

extension ChatError {
    fileprivate static func tooManyRequests(_ cause: String, after pause: Duration) -> ChatError {
        let seconds = max(1, Int((pause / .seconds(1)).rounded(.up)))
        return ChatError(
            .tooManyRequests, "\(cause) Try again in \(seconds) s.", retryAfterMilliseconds: seconds * 1000)
    }
}
