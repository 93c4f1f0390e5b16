import NIOConcurrencyHelpers

/// Holds up the threads that come to it until it is opened.
final class Gate: Sendable {
    private let lock = ConditionLock(value: false)
    private let arrived = NIOLockedValueBox(0)

    /// How many have come so far.
    var arrivals: Int { arrived.withLockedValue { $0 } }

    func wait() {
        arrived.withLockedValue { $0 += 1 }
        lock.lock(whenValue: true)
        lock.unlock()
    }

    func open() {
        lock.lock()
        lock.unlock(withValue: true)
    }
}
