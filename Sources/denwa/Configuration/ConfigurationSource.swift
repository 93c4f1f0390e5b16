import Configuration
import Foundation

/// A place where settings are written. Earlier sources win over later ones.
///
/// It is read key by key instead of through a `ConfigReader`, which takes the default when a value does not convert, and
/// does not say where a value came from.
struct ConfigurationSource: Sendable {
    private let snapshot: any ConfigSnapshot
    private let prefix: [String]
    /// How a person finds the value of a key.
    private let place: @Sendable (ConfigurationKey) -> String

    /// - Returns: `nil` if the key is not set here.
    /// - Throws: ``ConfigurationError/badValue(_:)``
    func value(of key: ConfigurationKey) throws(ConfigurationError) -> ConfigContent? {
        let content: ConfigContent?
        do {
            content = try lookUp(key, as: key.type)
        } catch {
            throw badValue(key)
        }
        guard let content else { return nil }
        guard key.isValid(content) else { throw badValue(key) }
        return content
    }

    /// What the key is set to here, for a person: never a secret.
    /// - Returns: `nil` if the key is not set here.
    /// - Throws: ``ConfigurationError/badValue(_:)``
    func shown(_ key: ConfigurationKey) throws(ConfigurationError) -> (value: String, place: String)? {
        guard let content = try value(of: key) else { return nil }
        return (key.isSecret ? "(secret)" : Self.text(content), place(key))
    }

    private func lookUp(_ key: ConfigurationKey, as type: ConfigType) throws -> ConfigContent? {
        try snapshot.value(forKey: AbsoluteConfigKey(prefix + [key.name]), type: type).value?.content
    }

    private func badValue(_ key: ConfigurationKey) -> ConfigurationError {
        let types: [ConfigType] = [.string, .int, .double, .bool, .stringArray, .intArray]
        let content = types.lazy.compactMap { try? lookUp(key, as: $0) }.first
        return .badValue(
            .init(
                key: key.name, value: key.isSecret ? nil : content.map(Self.text),
                expected: key.expected, place: place(key)))
    }

    private static func text(_ content: ConfigContent) -> String {
        switch content {
        case .string(let text): text
        case .int(let number): "\(number)"
        case .double(let number): "\(number)"
        case .bool(let isOn): "\(isOn)"
        case .stringArray(let items): items.joined(separator: ",")
        default: "\(content)"
        }
    }

    /// - Parameter values: texts by key.
    static func commandLine(_ values: [String: String]) -> ConfigurationSource {
        let variables = values.compactMap { name, value in ConfigurationKey.named(name).map { ($0.variable, value) } }
        return ConfigurationSource(
            snapshot: provider(Dictionary(uniqueKeysWithValues: variables)).snapshot(), prefix: ["denwa"],
            place: { $0.flag })
    }

    /// The variables `DENWA_…` first, then what other programs call the same. An empty variable counts as not set.
    /// - Throws: ``ConfigurationError/unknownVariable(_:nearest:)``
    static func environment(_ variables: [String: String]) throws(ConfigurationError) -> [ConfigurationSource] {
        let known = Set(
            ConfigurationKey.all.map(\.variable) + [ConfigurationFile.variable, ServerAccess.tokenVariable])
        let ours = variables.keys.filter { $0.hasPrefix(ConfigurationKey.variablePrefix) }.sorted()
        if let unknown = ours.first(where: { !known.contains($0) }) {
            throw .unknownVariable(unknown, nearest: unknown.nearest(of: known.sorted()))
        }
        let set = variables.filter { !$0.value.isEmpty }
        let aliases = ConfigurationKey.all.compactMap { key in
            key.alias.flatMap { alias in set[alias].map { (key.variable, $0) } }
        }
        return [
            ConfigurationSource(snapshot: provider(set).snapshot(), prefix: ["denwa"], place: { $0.variable }),
            ConfigurationSource(
                snapshot: provider(Dictionary(uniqueKeysWithValues: aliases)).snapshot(), prefix: ["denwa"],
                place: { $0.alias ?? $0.variable }),
        ]
    }

    /// - Parameter snapshot: the members of a JSON object.
    static func file(_ snapshot: JSONSnapshot, path: String) -> ConfigurationSource {
        ConfigurationSource(snapshot: snapshot, prefix: [], place: { "`\($0.name)` in \(path)" })
    }

    private static func provider(_ variables: [String: String]) -> EnvironmentVariablesProvider {
        EnvironmentVariablesProvider(environmentVariables: variables)
    }
}
