@testable import ChatCore

extension FuzzTarget {
    /// Strict JSON: what was read is written, and read again as the same.
    static let json = FuzzTarget(
        name: "json",
        seeds: .texts(
            #" {"a":null,"b":true,"c":-12,"d":1.5e3,"e":"x","f":[1,[]],"g":{"h":false}} "#,
            #"{"t":"a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00電"}"#, #"{"n":9223372036854775807,"m":-9223372036854775808}"#,
            #"{"a":[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]}"#, #"{"a":"\ud800"}"#, #"{"a":1e999}"#),
        tokens: [
            "null", "true", "false", "\\u", "\\ud83d\\ude00", "\\\"", "\":", ",\"", "{\"", "[", "]", "{", "}", "-0",
            "1e9",
            "é", "9223372036854775807",
        ]
    ) { input in
        guard let object = try? parse(input) else { return }
        var json = JSONWriter()
        json.object { $0.encode(.object(object)) }
        // Writing names and kinds adds levels.
        guard let again = try? parse(json.bytes) else {
            return try promise("what was written can be read", JSONValue.object(object).depth > 4)
        }
        try promise("what was read is read again", JSONValue(encoded: again) == .object(object))
    }

    private static func parse(_ bytes: [UInt8]) throws(ChatError) -> JSONObject {
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(ChatError) in try JSONParser.object(bytes) }
        }
        return try result.get()
    }
}

/// The writer takes members whose names are known: any value can be said with these few.
extension JSONWriter {
    fileprivate mutating func encode(_ value: JSONValue) {
        switch value {
        case .null: member("null", true)
        case .bool(let isTrue): member("bool", isTrue)
        case .integer(let number): member("integer", number)
        case .number: member("number", true)
        case .string(let text): member("string", text)
        case .array(let elements):
            array("array") { json in for element in elements { json.object { $0.encode(element) } } }
        case .object(let object):
            array("object") { json in
                for (name, value) in object.members {
                    json.object { json in
                        json.member("name", name)
                        json.encode(value)
                    }
                }
            }
        }
    }
}

extension JSONValue {
    /// The reverse of `encode`; `nil` if it is something else.
    fileprivate init?(encoded object: JSONObject) {
        guard let (kind, value) = object.members.last else { return nil }
        switch (kind, value) {
        case ("null", _): self = .null
        case ("number", _): self = .number
        case ("bool", .bool), ("integer", .integer), ("string", .string): self = value
        case ("array", .array(let elements)):
            self = .array(elements.compactMap { $0.decoded })
        case ("object", .array(let elements)):
            var members = JSONObject()
            for element in elements {
                guard case .object(let member) = element, let name = try? member.string("name"),
                    let value = element.decoded, members.add(name, value)
                else { return nil }
            }
            self = .object(members)
        default: return nil
        }
    }

    private var decoded: JSONValue? {
        if case .object(let object) = self { JSONValue(encoded: object) } else { nil }
    }

    /// Levels of objects and arrays.
    fileprivate var depth: Int {
        switch self {
        case .array(let elements): 1 + (elements.map(\.depth).max() ?? 0)
        case .object(let object): 1 + (object.members.map(\.value.depth).max() ?? 0)
        default: 0
        }
    }
}
