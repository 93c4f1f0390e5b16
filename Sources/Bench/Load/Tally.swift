/// What one event loop has counted, or all together.
struct Tally: Sendable {
    /// Acknowledged messages, requests that were answered, or cycles, as the scenario has it.
    var answers = 0
    /// Events that arrived, in all sockets together.
    var deliveries = 0
    /// Attempts that failed for the moment and were made again.
    var retries = 0
    /// What was wrong, the first few in words.
    var failures: [String] = []
    var failureCount = 0
    /// The server has called itself unable to do what was asked.
    var unsupported: String?

    private static let wordsKept = 3

    mutating func fail(_ what: @autoclosure () -> String) {
        failureCount += 1
        if failures.count < Self.wordsKept { failures.append(what()) }
    }

    mutating func add(_ other: Tally) {
        answers += other.answers
        deliveries += other.deliveries
        retries += other.retries
        failures = Array((failures + other.failures).prefix(Self.wordsKept))
        failureCount += other.failureCount
        unsupported = unsupported ?? other.unsupported
    }
}
