import ChatCore

/// Reads the members of one line, strictly: what is there and was not asked for is an error, because a newer Denwa may mean
/// something by it that must not be lost.
struct LineMembers {
    private let object: JSONObject
    private var asked = 0

    init(_ object: JSONObject) { self.object = object }

    /// The line's members, and of which kind it is.
    /// - Throws: `malformed_json`, `invalid_field`.
    static func parse(_ line: UnsafeRawBufferPointer) throws(ChatError) -> (kind: String, members: LineMembers) {
        var members = LineMembers(try JSONParser.object(line))
        return (try members.string("kind"), members)
    }

    mutating func string(_ name: String) throws(ChatError) -> String {
        guard let text = try optionalString(name) else { throw .invalid(name, "The member \(name) is missing.") }
        return text
    }

    /// `null` is refused, so that there is one way to say nothing.
    mutating func optionalString(_ name: String) throws(ChatError) -> String? {
        switch object[name] {
        case nil: return nil
        case .string(let text):
            asked += 1
            return text
        default: throw .invalid(name, "The member \(name) must be a string.")
        }
    }

    mutating func integer(_ name: String, in range: ClosedRange<Int64>) throws(ChatError) -> Int64 {
        guard let value = try optionalInteger(name, in: range) else {
            throw .invalid(name, "The member \(name) is missing.")
        }
        return value
    }

    mutating func optionalInteger(_ name: String, in range: ClosedRange<Int64>) throws(ChatError) -> Int64? {
        switch object[name] {
        case nil: return nil
        case .integer(let value) where range.contains(value):
            asked += 1
            return value
        default:
            throw .invalid(
                name, "The member \(name) must be an integer from \(range.lowerBound) to \(range.upperBound).")
        }
    }

    mutating func time(_ name: String) throws(ChatError) -> Timestamp {
        guard let time = try optionalTime(name) else { throw .invalid(name, "The member \(name) is missing.") }
        return time
    }

    mutating func optionalTime(_ name: String) throws(ChatError) -> Timestamp? {
        guard let text = try optionalString(name) else { return nil }
        guard let time = ExportTime.time(text) else {
            throw .invalid(name, "The member \(name) must be a time as 2026-11-23T10:00:00.123456Z.")
        }
        return time
    }

    /// Exactly as an export writes it: in lower case.
    mutating func handle(_ name: String) throws(ChatError) -> Handle {
        let text = try string(name)
        let handle = try Handle(text, field: name)
        guard handle.description.utf8.elementsEqual(text.utf8) else {
            throw .invalid(name, "The member \(name) must be a handle in lower case.")
        }
        return handle
    }

    mutating func objects(_ name: String) throws(ChatError) -> [JSONObject] {
        guard let value = object[name] else { return [] }
        guard case .array(let elements) = value else { throw .invalid(name, "The member \(name) must be an array.") }
        asked += 1
        var objects: [JSONObject] = []
        for element in elements {
            guard case .object(let object) = element else { throw .invalid(name, "The member \(name) holds objects.") }
            objects.append(object)
        }
        return objects
    }

    /// - Throws: `invalid_field` if there are more members than were read.
    func end() throws(ChatError) {
        guard object.values.reduce(0, { count, _ in count + 1 }) == asked else {
            throw ChatError(
                .invalidField,
                "There is a member that this version of Denwa does not know, or that does not belong here.")
        }
    }
}
