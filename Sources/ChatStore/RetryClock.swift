/// The time that retries are measured and spaced by; a simulation brings its own.
struct RetryClock: Sendable {
    let now: @Sendable () -> ContinuousClock.Instant
    /// Returns early if the task is cancelled.
    let sleep: @Sendable (Duration) async -> Void

    static var continuous: RetryClock {
        RetryClock(now: { .now }, sleep: { try? await Task.sleep(for: $0) })
    }
}
