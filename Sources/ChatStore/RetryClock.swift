/// The time that retries are measured and spaced by; a simulation brings its own.
package struct RetryClock: Sendable {
    let now: @Sendable () -> ContinuousClock.Instant
    /// Returns early if the task is cancelled.
    let sleep: @Sendable (Duration) async -> Void

    /// - Parameter sleep: returns early if the task is cancelled.
    package init(
        now: @escaping @Sendable () -> ContinuousClock.Instant, sleep: @escaping @Sendable (Duration) async -> Void
    ) {
        self.now = now
        self.sleep = sleep
    }

    static var continuous: RetryClock {
        RetryClock(now: { .now }, sleep: { try? await Task.sleep(for: $0) })
    }
}
