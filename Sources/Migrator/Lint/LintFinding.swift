/// Something in a file that a person should look at before it is applied.
package struct LintFinding: Sendable, Equatable, CustomStringConvertible {
    /// How serious a finding is.
    package enum Level: String, Sendable {
        /// The file must not be applied like this.
        case error
        case warning
    }

    /// Whether the file must not be applied like this.
    package let level: Level
    /// A short name, for programs.
    package let rule: String
    /// Its name, without the folder.
    package let file: String
    /// From 1.
    package let line: Int
    /// From 1, in Unicode scalars.
    package let column: Int
    /// Cause and cure.
    package let message: String

    package var description: String { "\(file):\(line):\(column): \(level.rawValue): \(message) [\(rule)]" }
}
