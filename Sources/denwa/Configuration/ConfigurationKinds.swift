import Configuration

/// The kinds of values.
extension ConfigurationKey {
    /// Where in the settings a value belongs.
    typealias Path<Value> = any WritableKeyPath<Settings, Value> & Sendable

    static func text(
        _ name: String, _ path: Path<String>, expected: String, _ meaning: String,
        isValid: @escaping @Sendable (String) -> Bool, default: String? = nil, alias: String? = nil,
        isSecret: Bool = false
    ) -> Self {
        let standard = Settings.standard[keyPath: path]
        return ConfigurationKey(
            name: name, expected: expected, defaultText: `default` ?? (standard.isEmpty ? "none" : "`\(standard)`"),
            meaning: meaning, alias: alias, isSecret: isSecret, type: .string,
            isValid: { if case .string(let text) = $0 { isValid(text) } else { false } },
            apply: { if case .string(let text) = $0 { $1[keyPath: path] = text } })
    }

    static func integer(
        _ name: String, _ path: Path<Int>, _ range: ClosedRange<Int>, _ meaning: String, default: String? = nil
    ) -> Self {
        ConfigurationKey(
            name: name, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)",
            defaultText: `default` ?? "`\(Settings.standard[keyPath: path])`", meaning: meaning, type: .int,
            isValid: { if case .int(let number) = $0 { range.contains(number) } else { false } },
            apply: { if case .int(let number) = $0 { $1[keyPath: path] = number } })
    }

    static func list(
        _ name: String, _ path: Path<[String]>, expected: String, _ meaning: String,
        isValid: @escaping @Sendable (String) -> Bool
    ) -> Self {
        let standard = Settings.standard[keyPath: path]
        return ConfigurationKey(
            name: name, expected: expected,
            defaultText: standard.isEmpty ? "none" : standard.map { "`\($0)`" }.joined(separator: ", "),
            meaning: meaning, type: .stringArray,
            isValid: { if case .stringArray(let items) = $0 { items.allSatisfy(isValid) } else { false } },
            apply: { if case .stringArray(let items) = $0 { $1[keyPath: path] = items } })
    }

    static func choice<Choice: RawRepresentable<String> & Sendable>(
        _ name: String, _ path: Path<Choice>, _ choices: [Choice], _ meaning: String
    ) -> Self {
        ConfigurationKey(
            name: name, expected: "one of " + choices.map { "`\($0.rawValue)`" }.joined(separator: ", "),
            defaultText: "`\(Settings.standard[keyPath: path].rawValue)`", meaning: meaning, type: .string,
            isValid: { if case .string(let text) = $0 { Choice(rawValue: text) != nil } else { false } },
            apply: {
                if case .string(let text) = $0, let choice = Choice(rawValue: text) { $1[keyPath: path] = choice }
            })
    }

    static func flag(_ name: String, _ path: Path<Bool>, _ meaning: String) -> Self {
        ConfigurationKey(
            name: name, expected: "`true` or `false`; the flag has no value",
            defaultText: "`\(Settings.standard[keyPath: path])`", meaning: meaning, type: .bool,
            isValid: { if case .bool = $0 { true } else { false } },
            apply: { if case .bool(let isOn) = $0 { $1[keyPath: path] = isOn } })
    }
}
