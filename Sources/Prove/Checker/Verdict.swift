/// What the checker found, and how much it looked at.
struct Verdict: Sendable {
    /// The first ones of each kind.
    private(set) var violations: [Violation] = []
    private(set) var counts: [Violation.Kind: Int] = [:]
    /// Things looked at by each check.
    private(set) var checked: [String: Int] = [:]

    /// As many of a kind are kept with all their detail.
    private static let kept = 20

    mutating func add(_ violation: Violation) {
        counts[violation.kind, default: 0] += 1
        if counts[violation.kind, default: 0] <= Self.kept { violations.append(violation) }
    }

    mutating func looked(at count: Int, by check: String) { checked[check, default: 0] += count }

    func count(_ category: Violation.Class) -> Int {
        counts.reduce(0) { $0 + ($1.key.category == category ? $1.value : 0) }
    }

    var isClean: Bool { counts.isEmpty }

    /// `lost 0 doubled 0 reordered 0 phantom 0 leaked 0`
    var summary: String {
        Violation.Class.allCases.map { "\($0.rawValue) \(count($0))" }.joined(separator: " ")
    }
}
