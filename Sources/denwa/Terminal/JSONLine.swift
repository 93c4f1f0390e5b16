import Foundation

/// One JSON object a line, for programs.
enum JSONLine {
    /// - Parameter members: `nil` is left out.
    static func show(_ members: [String: Any?]) {
        Terminal.data(text(members))
    }

    /// Sorted by name, so that the same members always make the same text.
    static func text(_ members: [String: Any?]) -> String {
        let object = members.compactMapValues { $0 }
        let data = try? JSONSerialization.data(
            withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
        return String(decoding: data ?? Data("{}".utf8), as: UTF8.self)
    }
}
