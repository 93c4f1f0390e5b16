/// Passwords that nobody guesses and that can be read aloud.
enum RandomPassword {
    /// Without those that look alike; 32, so that each is worth five bits.
    private static let letters = Array("abcdefghijkmnpqrstuvwxyz23456789")
    /// Of four letters. Five of them have 100 random bits.
    private static let groups = 5

    /// - Parameter minimum: in code points.
    static func make(atLeast minimum: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        var parts: [String] = []
        // A group takes five code points with the hyphen before it.
        while parts.count < groups || parts.count * 5 - 1 < minimum {
            parts.append(String((0..<4).map { _ in letters[Int.random(in: 0..<letters.count, using: &generator)] }))
        }
        return parts.joined(separator: "-")
    }
}
