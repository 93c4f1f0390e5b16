/// A parsed JSON value. Strict: what RFC 8259 leaves to taste (repeated members, lone surrogates, huge numbers) is refused.
package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// A number written without fraction and exponent that fits.
    case integer(Int64)
    /// Any other number; nothing in Denwa takes one.
    case number
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

/// An element of an array, and the place of its text: whoever passes it on can do so as it was written.
package struct JSONElement: Sendable, Equatable {
    /// What the text says.
    package let value: JSONValue
    /// Bytes from the beginning of the whole text, without the spaces around.
    package let range: Range<Int>
}

/// The members of a JSON object. Reading one checks its type and says which member is at fault.
package struct JSONObject: Sendable, Equatable {
    /// Objects here have a handful of members: looking through them beats hashing.
    private(set) var members: [(name: String, value: JSONValue)] = []

    /// Without members.
    package init() {}

    /// The order of the members counts.
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members.elementsEqual(right.members) { $0.name == $1.name && $0.value == $1.value }
    }

    /// - Returns: whether the name was new.
    mutating func add(_ name: String, _ value: JSONValue) -> Bool {
        guard self[name] == nil else { return false }
        members.append((name, value))
        return true
    }

    /// `nil` if there is no such member, ``JSONValue/null`` if it says `null`.
    package subscript(name: String) -> JSONValue? {
        members.first { $0.name == name }?.value
    }

    /// The members' values, in their order.
    package var values: some Sequence<JSONValue> { members.lazy.map(\.value) }

    /// - Throws: `invalid_field` if the member is missing or not a string.
    package func string(_ name: String) throws(ChatError) -> String {
        guard let text = try optionalString(name) else { throw .invalid(name, "The member \(name) is missing.") }
        return text
    }

    /// `null` counts as absent.
    package func optionalString(_ name: String) throws(ChatError) -> String? {
        switch self[name] {
        case nil, .null: return nil
        case .string(let text): return text
        default: throw .invalid(name, "The member \(name) must be a string.")
        }
    }

    /// - Throws: `invalid_field` if the member is missing or neither `true` nor `false`.
    package func bool(_ name: String) throws(ChatError) -> Bool {
        guard case .bool(let value) = self[name] else { throw .invalid(name, "The member \(name) is true or false.") }
        return value
    }

    /// - Throws: `invalid_field` if the member is missing or not an array of strings.
    package func strings(_ name: String) throws(ChatError) -> [String] {
        guard case .array(let values) = self[name] else { throw .invalid(name, "The member \(name) is an array.") }
        var texts: [String] = []
        for value in values {
            guard case .string(let text) = value else { throw .invalid(name, "The member \(name) holds strings.") }
            texts.append(text)
        }
        return texts
    }

    /// - Throws: `invalid_field` unless the member is absent or an integer in `range`.
    package func optionalInteger(_ name: String, in range: ClosedRange<Int64>) throws(ChatError) -> Int64? {
        switch self[name] {
        case nil, .null: return nil
        case .integer(let value) where range.contains(value): return value
        default:
            throw .invalid(
                name, "The member \(name) must be an integer from \(range.lowerBound) to \(range.upperBound).")
        }
    }
}
