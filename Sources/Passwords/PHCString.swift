/// Bounds on a stored hash, checked before libargon2 allocates what the string asks for.
enum PHCString {
    private static let memoryKiB = 8...131_072
    private static let passes = 1...10
    private static let lanes = 1...4

    /// Whether `text` is an Argon2id hash of a cost that this server is willing to pay.
    static func isAcceptable(_ text: String) -> Bool {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard text.utf8.count <= 256, parts.count == 6, parts[1] == "argon2id", parts[2] == "v=19" else { return false }
        let cost = parts[3].split(separator: ",")
        guard cost.count == 3 else { return false }
        return value("m", cost[0], memoryKiB) && value("t", cost[1], passes) && value("p", cost[2], lanes)
    }

    private static func value(_ name: String, _ text: Substring, _ range: ClosedRange<Int>) -> Bool {
        guard text.hasPrefix(name + "="), let value = Int(text.dropFirst(2)) else { return false }
        return range.contains(value)
    }
}
