import Passwords
import Synchronization

/// How many log-ins are under way at once, counted before the account is looked up: a flood of them does not queue for the
/// database, and whoever would not get a slot in time knows it at once.
final class LogInEntrance: Sendable {
    private let places: Int
    private let taken = Atomic<Int>(0)

    /// - Parameter places: at least 1. As many as hash and wait for it; with more they would wait for nothing.
    init(places: Int) { self.places = max(1, places) }

    /// Does `work` on one of the places.
    /// - Throws: ``PasswordHasher/Failure/busy`` at once if all are taken; what `work` throws.
    func pass<T>(_ work: () async throws -> T) async throws -> T {
        defer { taken.subtract(1, ordering: .relaxed) }
        guard taken.add(1, ordering: .relaxed).newValue <= places else { throw PasswordHasher.Failure.busy }
        return try await work()
    }
}
