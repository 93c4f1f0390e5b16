package import ChatCore
import Postgres

/// A moment as exports write it, to the microsecond: `2026-11-23T10:00:00.123456Z`, in the years 0000 to 9999.
package enum ExportTime {
    private static let length = 27

    /// 27 characters for the years 0000 to 9999.
    package static func text(_ time: Timestamp) -> String {
        let rest = time.microseconds % 1000
        let micros = rest < 0 ? rest + 1000 : rest
        let zeros = micros < 10 ? "00" : micros < 100 ? "0" : ""
        return "\(time.rfc3339.dropLast())\(zeros)\(micros)Z"
    }

    /// - Returns: `nil` unless the text is exactly what ``text(_:)`` makes of a moment.
    package static func time(_ text: String) -> Timestamp? {
        let bytes = Array(text.utf8)
        guard bytes.count == length,
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
            let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
            let fraction = number(bytes[20..<26]), (1...12).contains(month), hour < 24, minute < 60, second < 60
        else { return nil }
        let seconds = (days(year: year, month: month, day: day) * 24 + hour) * 3600 + minute * 60 + second
        let time = Timestamp(microseconds: seconds * 1_000_000 + fraction)
        // The separators, and that the month has the day.
        return self.text(time).utf8.elementsEqual(bytes) ? time : nil
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + Int64(digit - 0x30)
        }
        return value
    }

    /// Days from 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        // The year begins in March, so that the odd day is its last; 400 more keep it above zero.
        let shifted = year + 400 - (month <= 2 ? 1 : 0)
        let yearOfEra = shifted % 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return (shifted / 400 - 1) * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

/// A moment on its way into the database, as `timestamptz`.
struct SQLTime: PostgresEncodable {
    let time: Timestamp

    init(_ time: Timestamp) { self.time = time }

    /// `timestamptz` is microseconds since 2000-01-01 UTC.
    private static let epochOffset: Int64 = 946_684_800_000_000

    static var postgresType: UInt32 { 1184 }
    static var postgresArrayType: UInt32 { 1185 }
    func writePostgres(to bytes: inout [UInt8]) { (time.microseconds &- Self.epochOffset).writeNetwork(to: &bytes) }
}
