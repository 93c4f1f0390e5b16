/// What a progress bar says at one moment. A value, no clock.
struct ProgressLine {
    let what: String
    /// `nil` if nobody knows how much there is.
    let total: Int?
    let unit: String

    /// - Parameters:
    ///   - done: how much of `total`.
    ///   - elapsed: since the beginning.
    ///   - width: columns of the terminal.
    func text(done: Int, elapsed: Duration, width: Int) -> String {
        let seconds = max(elapsed / .seconds(1), 0.001)
        let rate = Double(done) / seconds
        var parts = [what]
        if let total, total > 0 {
            let share = min(1, max(0, Double(done) / Double(total)))
            parts.append(Self.bar(share))
            parts.append("\(Int(share * 100)) %")
            parts.append("\(Self.short(Double(done))) of \(Self.short(Double(total))) \(unit)")
            parts.append("\(Self.short(rate))/s")
            if rate > 0, share < 1 { parts.append("\(Self.clock(Double(total - done) / rate)) left") }
        } else {
            parts.append("\(Self.short(Double(done))) \(unit)")
            parts.append("\(Self.short(rate))/s")
        }
        return parts.joined(separator: "  ").fitted(to: width)
    }

    private static func bar(_ share: Double) -> String {
        let filled = Int(share * 20)
        return String(repeating: "█", count: filled) + String(repeating: "░", count: 20 - filled)
    }

    /// Three digits and a letter.
    private static func short(_ number: Double) -> String {
        let (value, letter) =
            switch number {
            case ..<1_000: (number, "")
            case ..<1_000_000: (number / 1_000, "k")
            case ..<1_000_000_000: (number / 1_000_000, "M")
            default: (number / 1_000_000_000, "G")
            }
        let tenths = (value * 10).rounded() / 10
        return (letter.isEmpty || value >= 100 ? "\(Int(value))" : "\(tenths)") + letter
    }

    /// Minutes and seconds; more than a hundred hours are not told apart.
    private static func clock(_ seconds: Double) -> String {
        let whole = Int(min(seconds.rounded(.up), 359_999))
        let (minutes, rest) = (whole / 60, whole % 60)
        return minutes > 0 ? "\(minutes) min \(rest) s" : "\(rest) s"
    }
}
