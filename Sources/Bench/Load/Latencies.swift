import Histogram
import NIOCore

/// How long things took: microseconds with three digits, up to two minutes.
struct Latencies: Sendable {
    private static let longest: UInt64 = 120_000_000

    private var histogram = Histogram<UInt32>(
        highestTrackableValue: longest, numberOfSignificantValueDigits: .three)

    var count: Int { Int(histogram.totalCount) }

    mutating func record(_ time: TimeAmount) {
        let microseconds = UInt64(max(time.nanoseconds, 0) / 1_000)
        histogram.record(min(microseconds, Self.longest))
    }

    mutating func add(_ other: Latencies) { histogram.add(other.histogram) }

    /// In milliseconds; 0 if nothing was recorded.
    func percentile(_ percent: Double) -> Double {
        count == 0 ? 0 : Double(histogram.valueAtPercentile(percent)) / 1_000
    }
}
