import ChatCore
import Glibc

extension SuiteHandler {
    /// As JavaScript writes a `Date` as JSON.
    static var now: String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let microseconds = Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
        return Timestamp(microseconds: microseconds).rfc3339.quoted
    }
}
