import Configuration
import Foundation

/// A JSON object whose members are keys.
enum ConfigurationFile {
    /// Names the file when there is no `--config`.
    static let variable = ConfigurationKey.variablePrefix + "CONFIG"

    /// - Throws: ``ConfigurationError`` if it cannot be read, or has members that are no keys.
    static func read(_ path: String) throws(ConfigurationError) -> ConfigurationSource {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw .badFile(path, reason: "it cannot be read")
        }
        guard let object = try? JSONSerialization.jsonObject(with: data), let members = object as? [String: Any] else {
            throw .badFile(path, reason: "it is not a JSON object")
        }
        let known = ConfigurationKey.all.map(\.name)
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            guard let key = ConfigurationKey.named(name) else {
                throw .unknownMember(name, file: path, nearest: name.nearest(of: known))
            }
            guard !(value is [String: Any]) else {
                throw .badValue(.init(key: name, value: nil, expected: key.expected, place: "`\(name)` in \(path)"))
            }
        }
        do {
            let snapshot = try JSONSnapshot(data: data.bytes, providerName: path, parsingOptions: .default)
            return .file(snapshot, path: path)
        } catch {
            throw .badFile(path, reason: "\(error)")
        }
    }
}
