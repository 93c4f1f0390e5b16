/// Argon2id (RFC 9106) on a few threads of its own, behind a bounded queue.
///
/// Each hash takes tens of milliseconds and tens of MiB by design; the bounds are what keeps a flood of log-ins from
/// taking the server down. A slot belongs to the work: a request that has gone away still holds its slot to the end.
package final class PasswordHasher: Sendable {
    /// What ``verify(_:against:)`` found.
    package enum Verdict: Sendable, Equatable {
        /// Another password, an unknown account, or a stored string that this server does not accept.
        case wrong
        /// The right password, and its hash may stay as it is.
        case right
        /// The right password, but a weaker hash than this server makes now, or one of another pepper: store a new one.
        case rightButWeak
    }

    /// Why there is no hash or no verdict.
    package enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
        /// As many as allowed are waiting already, or this one has waited for too long.
        case busy
        /// The stored hash was made with a pepper that this server was not given.
        case unknownPepper
        /// libargon2's own error code.
        case library(Int32)

        package var description: String {
            switch self {
            case .busy: "Too many passwords are being hashed."
            case .unknownPepper:
                "A stored hash was made with a pepper that the server was not given. Name it in passwordOldPepperFiles."
            case .library(let code): "libargon2 failed with \(code)."
            }
        }
    }

    private let scheme: PasswordScheme
    let slots: HashingSlots

    /// - Parameters:
    ///   - parameters: the cost of a new hash.
    ///   - peppers: secrets that go into every hash.
    ///   - slots: hashes made at the same time, each on a thread and in memory of its own; at least 1.
    ///   - queue: hashes that may wait for a slot.
    ///   - patience: how long after its arrival a request may have a slot to wait for. A quarter of a second less than the 2 s
    ///     within which everybody who is refused shall know it: the answer has to get there too.
    package init(
        _ parameters: Parameters = .init(), peppers: Peppers = .none, slots: Int, queue: Int,
        patience: Duration = .milliseconds(1750)
    ) {
        self.scheme = PasswordScheme(parameters: parameters, peppers: peppers)
        self.slots = HashingSlots(
            count: slots, queue: queue, patience: patience, memoryBytes: Int(parameters.memoryKiB) << 10)
    }

    /// Waits for the hashes that have begun. Those that wait for a slot, and later ones, fail with `CancellationError`.
    package func shutdown() async throws {
        try await slots.shutdown()
    }

    /// - Parameter arrival: of the request that it is for; its patience counts from there.
    /// - Returns: a PHC string, `$argon2id$v=19$m=…,t=…,p=…$salt$tag`, with `,keyid=…` after `p` if there is a pepper.
    /// - Throws: ``Failure``, or `CancellationError` for a task that is cancelled before it has a slot.
    package func hash(_ password: String, since arrival: ContinuousClock.Instant = .now) async throws -> String {
        let scheme = self.scheme
        return try await slots.run(since: arrival) { try scheme.hash(password, in: $0).description }
    }

    /// Whether `password` is the one behind a PHC string.
    /// - Parameters:
    ///   - phc: `nil` for an unknown account: does the same work and answers ``Verdict/wrong``.
    ///   - arrival: of the request that it is for; its patience counts from there.
    /// - Throws: ``Failure``, or `CancellationError` for a task that is cancelled before it has a slot.
    package func verify(
        _ password: String, against phc: String?, since arrival: ContinuousClock.Instant = .now
    ) async throws -> Verdict {
        let scheme = self.scheme
        guard let stored = phc.flatMap(PHCString.init) else {
            return try await slots.run(since: arrival) { memory in
                _ = try scheme.hash(password, in: memory)
                return .wrong
            }
        }
        let secret = try scheme.peppers.secret(of: stored.keyID)
        return try await slots.run(since: arrival) { try scheme.verify(password, against: stored, secret, in: $0) }
    }
}
