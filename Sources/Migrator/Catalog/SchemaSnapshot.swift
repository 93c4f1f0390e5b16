import Crypto

/// All that makes up a schema, in a form in which equal schemas are equal texts: one line a thing, sorted.
///
/// The order in which columns were made, the numbers of things, owners, rights and rows are no part of it.
package struct SchemaSnapshot: Sendable, Equatable {
    /// How one thing differs.
    package enum Difference: Sendable, Equatable {
        /// It was not made by a migration.
        case added(name: String, definition: String)
        case missing(name: String, definition: String)
        case changed(name: String, was: String, is: String)

        /// The thing's, by kind and name.
        package var name: String {
            switch self {
            case .added(let name, _), .missing(let name, _), .changed(let name, _, _): name
            }
        }
    }

    /// What things there are, by kind and name, as in `column rooms.title`. Each text is one line.
    package let things: [String: String]
    /// The server's version that wrote the definitions; another one may write the same thing differently.
    package let server: String

    /// The number rises when other things are read, or written otherwise: two forms cannot be compared.
    private static let header = "# form 1, PostgreSQL "
    private static let separator: Character = "\t"

    /// - Parameter things: names and definitions, as the catalog has them.
    init(things: [(name: String, definition: String)], server: String) {
        let pairs = things.map { (Self.oneLine($0.name), Self.oneLine($0.definition)) }
        self.things = Dictionary(pairs, uniquingKeysWith: { $0 + "; " + $1 })
        self.server = server
    }

    /// Reads ``text``.
    /// - Returns: `nil` for another form.
    init?(text: String) {
        let lines = text.split(separator: "\n")
        guard let first = lines.first, first.hasPrefix(Self.header) else { return nil }
        var things: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: Self.separator, maxSplits: 1, omittingEmptySubsequences: false)
            things[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
        }
        self.things = things
        self.server = String(first.dropFirst(Self.header.count))
    }

    private var lines: [String] {
        things.map { $0.key + String(Self.separator) + $0.value }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// What is stored, with the server's version in front.
    package var text: String { ([Self.header + server] + lines).joined(separator: "\n") }

    /// SHA-256 in hex of the things.
    package var fingerprint: String {
        SHA256.hash(data: Array(lines.joined(separator: "\n").utf8)).hex
    }

    /// What is different in this schema from `recorded`, sorted by name.
    package func differences(from recorded: SchemaSnapshot) -> [Difference] {
        Set(things.keys).union(recorded.things.keys).sorted().compactMap { name in
            switch (recorded.things[name], things[name]) {
            case (nil, let definition?): .added(name: name, definition: definition)
            case (let definition?, nil): .missing(name: name, definition: definition)
            case (let was?, let now?) where was != now: .changed(name: name, was: was, is: now)
            default: nil
            }
        }
    }

    /// Line breaks, as in the body of a function, are written as `\n`.
    private static func oneLine(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\r", with: "\\r").replacing("\n", with: "\\n")
            .replacing("\t", with: "\\t")
    }
}
