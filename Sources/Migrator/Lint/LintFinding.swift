/// Something in a file that a person should look at before it is applied.
package struct LintFinding: Sendable, Equatable, CustomStringConvertible {
    package enum Level: String, Sendable {
        /// The file must not be applied like this.
        case error
        case warning
    }

    package let level: Level
    /// A short name, for programs.
    package let rule: String
    package let file: String
    /// From 1.
    package let line: Int
    package let column: Int
    /// Cause and cure.
    package let message: String

    package var description: String { "\(file):\(line):\(column): \(level.rawValue): \(message) [\(rule)]" }
}
