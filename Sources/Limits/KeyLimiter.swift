/// Limits how often something may happen for each of many keys, such as networks or accounts. Decides; has no clock of its own.
///
/// When there are more keys than there is room for, the one that would be free soonest is forgotten.
package struct KeyLimiter<Key: Hashable & Sendable>: Sendable {
    private let rate: Rate
    private var buckets: BoundedTable<Key, TokenBucket>

    /// - Parameters:
    ///   - rate: what may happen for one key.
    ///   - bound: the most keys that are remembered; about 200 bytes each.
    package init(_ rate: Rate, bound: Int = 50_000) {
        self.rate = rate
        self.buckets = BoundedTable(bound: bound)
    }

    /// How many keys are remembered.
    package var count: Int { buckets.count }

    /// Decides about one try, and counts it if it is allowed.
    package mutating func decide(_ key: Key, now: ContinuousClock.Instant) -> Decision {
        var bucket = buckets[key] ?? TokenBucket(rate, now: now)
        if let wait = bucket.take(now: now) { return .retry(after: wait) }
        buckets.set(bucket, for: key, until: bucket.fullAt)
        return .allowed
    }
}
