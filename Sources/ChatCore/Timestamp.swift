/// A moment in microseconds since 1970-01-01 UTC. A remark for people: order is the seq only.
package struct Timestamp: Sendable, Hashable, Comparable {
    /// Negative before 1970.
    package let microseconds: Int64

    /// Any number is a moment.
    package init(microseconds: Int64) { self.microseconds = microseconds }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }

    /// RFC 3339 in UTC with milliseconds: `2026-11-23T10:00:00.123Z`.
    package var rfc3339: String {
        var bytes: [UInt8] = []
        writeRFC3339(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends what ``rfc3339`` is.
    func writeRFC3339(to bytes: inout [UInt8]) {
        let (days, inDay) = Self.floorDivide(microseconds, by: 86_400_000_000)
        let (year, month, day) = Self.civil(days: days)
        let milliseconds = inDay / 1000
        let seconds = milliseconds / 1000
        let parts: [6 of (value: Int64, width: Int, end: Unicode.Scalar)] = [
            (month, 2, "-"), (day, 2, "T"), (seconds / 3600, 2, ":"), (seconds / 60 % 60, 2, ":"),
            (seconds % 60, 2, "."), (milliseconds % 1000, 3, "Z"),
        ]
        if year < 0 { bytes.append(UInt8(ascii: "-")) }
        bytes.appendDecimal(year.magnitude, width: 4)
        bytes.append(UInt8(ascii: "-"))
        for index in parts.indices {
            bytes.appendDecimal(parts[index].value.magnitude, width: parts[index].width)
            bytes.append(UInt8(ascii: parts[index].end))
        }
    }

    /// The proleptic Gregorian date of a day count (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    private static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = floorDivide(days + 719_468, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    private static func floorDivide(_ value: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
