import ChatCore

/// The elements of a large JSON array one by one, so that only one of them is in memory as a value.
///
/// Where an element ends is found by its brackets alone; whether it is JSON is said by the reader of the element.
struct JSONElements {
    /// Bytes of one element: as a value it takes many times as much.
    static let elementLimit = 8 << 20

    private let bytes: [UInt8]
    private var place = 0
    private var isFirst = true

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// - Returns: the next element, or `nil` at the end of the array.
    /// - Throws: `malformed_json` unless the bytes are an array of objects.
    mutating func next() throws(ChatError) -> JSONObject? {
        skipSpace()
        if isFirst {
            guard take("[") else { throw Self.malformed("an array was expected") }
            skipSpace()
        }
        if take("]") {
            skipSpace()
            guard place == bytes.count else { throw Self.malformed("there is something after the array") }
            return nil
        }
        if !isFirst {
            guard take(",") else { throw Self.malformed("a comma or ] was expected") }
        }
        isFirst = false
        let element = try element()
        guard element.count <= Self.elementLimit else {
            throw Self.malformed("an element has more than \(Self.elementLimit >> 20) MiB")
        }
        return try object(in: element)
    }

    private func object(in range: Range<Int>) throws(ChatError) -> JSONObject {
        // In an array, what is only unusual JSON is read as well: Slack's files have more members than ours ever do.
        let text = [UInt8(ascii: "[")] + bytes[range] + [UInt8(ascii: "]")]
        let read = text.withUnsafeBytes { text in
            Result { () throws(ChatError) in try JSONParser.elements(text).elements }
        }
        guard case .object(let object) = try read.get().first?.value else {
            throw Self.malformed("an object was expected")
        }
        return object
    }

    /// Up to the comma or bracket behind it.
    private mutating func element() throws(ChatError) -> Range<Int> {
        let start = place
        var depth = 0
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\""): skipString()
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard depth > 0 else { return start..<place }
                depth -= 1
            case UInt8(ascii: ",") where depth == 0: return start..<place
            default: break
            }
            place += 1
        }
        throw Self.malformed("the text ends within an element")
    }

    /// To its closing quotation mark.
    private mutating func skipString() {
        place += 1
        while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
            place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
        }
    }

    private mutating func skipSpace() {
        while place < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[place]) { place += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard place < bytes.count, UInt32(bytes[place]) == character.value else { return false }
        place += 1
        return true
    }

    private static func malformed(_ reason: String) -> ChatError {
        ChatError(.malformedJSON, "This is not acceptable JSON: \(reason).")
    }
}

/// What others have written is read as far as it is what we expect.
extension JSONObject {
    /// `nil` for anything but a string.
    func text(_ name: String) -> String? {
        if case .string(let text) = self[name] { text } else { nil }
    }

    /// `nil` for anything but an object.
    func object(_ name: String) -> JSONObject? {
        if case .object(let object) = self[name] { object } else { nil }
    }

    /// Those elements of an array that are objects.
    func objects(_ name: String) -> [JSONObject] {
        guard case .array(let elements) = self[name] else { return [] }
        return elements.compactMap { if case .object(let object) = $0 { object } else { nil } }
    }

    /// Whether it says `true`.
    func says(_ name: String) -> Bool { self[name] == .bool(true) }
}
