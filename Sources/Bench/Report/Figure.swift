/// One measured value.
struct Figure: Sendable, Equatable {
    enum Unit: String, Sendable {
        case perSecond = "/s"
        case microseconds = "µs"
        case milliseconds = "ms"
        case seconds = "s"
        case kibibytes = "KiB"
        case mebibytes = "MiB"
        case percent = "%"
        case times = "×"
        case count = ""
    }

    /// Its member in the JSON output.
    let key: String
    /// What people read.
    let label: String
    let value: Double
    let unit: Unit
    /// The most that it may be, if there is a bound.
    var limit: Double?

    /// Whether it is within its bound.
    var isMet: Bool { limit.map { value <= $0 } ?? true }

    /// For people: three to four digits, thousands apart.
    var text: String { text(of: value) }

    /// For people: the bound and whether it is kept; empty without one.
    var verdict: String {
        limit.map { "  \(isMet ? "met" : "NOT MET"): at most \(text(of: $0))" } ?? ""
    }

    private func text(of value: Double) -> String {
        let number: String
        switch abs(value) {
        case 100...: number = Self.grouped(Int(value.rounded()))
        case 10...: number = Self.decimal(value, 1)
        case _ where unit == .count: number = Self.grouped(Int(value.rounded()))
        default: number = Self.decimal(value, 2)
        }
        return unit == .count ? number : "\(number) \(unit.rawValue)"
    }

    private static func decimal(_ value: Double, _ digits: Int) -> String {
        let scale = digits == 1 ? 10 : 100
        let scaled = Int((abs(value) * Double(scale)).rounded())
        let fraction = String(scaled % scale)
        let zeros = String(repeating: "0", count: digits - fraction.count)
        return (value < 0 ? "-" : "") + "\(scaled / scale).\(zeros)\(fraction)"
    }

    private static func grouped(_ value: Int) -> String {
        var digits = Array(String(abs(value)))
        var index = digits.count - 3
        while index > 0 {
            digits.insert(",", at: index)
            index -= 3
        }
        return (value < 0 ? "-" : "") + String(digits)
    }
}
