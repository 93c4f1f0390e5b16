import ChatCore

/// The time of a message as Slack writes it, `1482960137.003990`; in its channel it is the message's name as well.
struct SlackTime: Comparable {
    /// Seconds and six digits.
    let text: String
    let time: Timestamp

    /// Digits of the seconds: up to the year 5138.
    private static let secondsLimit = 11

    /// - Returns: `nil` unless it is written so.
    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...Self.secondsLimit).contains(parts[0].utf8.count), parts[1].utf8.count == 6,
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let seconds = Int64(parts[0]), let micros = Int64(parts[1])
        else { return nil }
        self.text = text
        time = Timestamp(microseconds: seconds * 1_000_000 + micros)
    }

    static func < (left: SlackTime, right: SlackTime) -> Bool { left.time < right.time }
}
