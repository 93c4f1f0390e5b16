import Configuration

/// One thing that can be set. Its name in a file is `name`; flag and variable follow from it.
struct ConfigurationKey: Sendable {
    /// As in a file: `passwordMinimum`.
    let name: String
    /// What a value must be, in words.
    let expected: String
    let defaultText: String
    let meaning: String
    /// A further environment variable, which other programs use for the same.
    var alias: String?
    /// Not to be repeated in messages.
    var isSecret = false

    let type: ConfigType
    /// Whether a value of the right type is acceptable.
    let isValid: @Sendable (ConfigContent) -> Bool
    /// Puts an acceptable value where it belongs.
    let apply: @Sendable (ConfigContent, inout Settings) -> Void

    /// `password-minimum`
    var kebab: String {
        var text = ""
        var previous: Character = "A"
        for character in name {
            if character.isUppercase, previous.isLowercase { text += "-" }
            text += character.lowercased()
            previous = character
        }
        return text
    }

    /// `--password-minimum`
    var flag: String { "--" + kebab }

    /// `DENWA_PASSWORD_MINIMUM`
    var variable: String { Self.variablePrefix + kebab.uppercased().replacing("-", with: "_") }

    static let variablePrefix = "DENWA_"

    static func named(_ name: String) -> ConfigurationKey? {
        all.first { $0.name == name }
    }

    /// The reference table of docs/configuration.md.
    static var markdownTable: String {
        let rows = all.map { key in
            let variables = [key.variable, key.alias].compactMap { $0 }.map { "`\($0)`" }.joined(separator: ", ")
            let cells = ["`\(key.name)`", "`\(key.flag)`", variables, key.defaultText, key.expected, key.meaning]
            return "| " + cells.joined(separator: " | ") + " |"
        }
        return (["| in a file | flag | environment | default | value | meaning |", "|---|---|---|---|---|---|"] + rows)
            .joined(separator: "\n")
    }
}
