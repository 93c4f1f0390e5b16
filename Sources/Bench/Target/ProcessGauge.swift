import Foundation
import Glibc

/// What a process on this machine has used.
struct ProcessGauge: Sendable {
    let pid: pid_t

    static var own: ProcessGauge { ProcessGauge(pid: getpid()) }

    /// User and system time of all its threads since its start, in seconds, those included that have ended; with the
    /// scheduler's own precision. `nil` if there is no such process.
    var cpuSeconds: Double? {
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(pid, &clock) == 0, clock_gettime(clock, &time) == 0 else { return nil }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Its memory that is in RAM, in bytes. `nil` if that is not for us to see.
    var residentBytes: Int? {
        // The counter in statm may be late by some pages a thread; the sum of the mappings is exact.
        if let rollup = try? String(contentsOfFile: "/proc/\(pid)/smaps_rollup", encoding: .utf8),
            let line = rollup.split(separator: "\n").first(where: { $0.hasPrefix("Rss:") }),
            let kibibytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        {
            return kibibytes * 1024
        }
        let statm = try? String(contentsOfFile: "/proc/\(pid)/statm", encoding: .utf8)
        return statm?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * Int(getpagesize()) }
    }
}
