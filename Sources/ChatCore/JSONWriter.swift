/// Appends JSON to bytes. Members keep the order in which they are written.
package struct JSONWriter: Sendable {
    /// What has been written. Whoever frames JSON may write between two texts.
    package var bytes: [UInt8] = []
    private var needsComma = false

    /// - Parameter capacity: bytes to make room for; more may be written.
    package init(capacity: Int = 256) { bytes.reserveCapacity(capacity) }

    /// What follows is a text of its own, without a comma before it.
    package mutating func beginText() { needsComma = false }

    /// `{ … }`
    package mutating func object(_ members: (inout JSONWriter) -> Void) {
        separate()
        open("{", members, "}")
    }

    /// `"name": { … }`
    package mutating func object(_ name: StaticString, _ members: (inout JSONWriter) -> Void) {
        self.name(name)
        open("{", members, "}")
    }

    /// `"name": [ … ]`
    package mutating func array(_ name: StaticString, _ elements: (inout JSONWriter) -> Void) {
        self.name(name)
        open("[", elements, "]")
    }

    /// A text in an array.
    package mutating func element(_ value: String) {
        separate()
        string(value)
        needsComma = true
    }

    /// `"name": "value"`, the value escaped as RFC 8259, 7 asks.
    package mutating func member(_ name: StaticString, _ value: String) {
        self.name(name)
        string(value)
        needsComma = true
    }

    /// `"name": 1` with a name that only the data knows; it is escaped.
    package mutating func member(_ name: String, _ value: Int64) {
        separate()
        string(name)
        bytes.append(UInt8(ascii: ":"))
        integer(value)
        needsComma = true
    }

    /// `"name": 1`
    package mutating func member(_ name: StaticString, _ value: Int64) {
        self.name(name)
        integer(value)
        needsComma = true
    }

    /// `"name": true`
    package mutating func member(_ name: StaticString, _ value: Bool) {
        self.name(name)
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
        needsComma = true
    }

    /// RFC 3339, see ``Timestamp``.
    package mutating func member(_ name: StaticString, _ value: Timestamp) {
        self.name(name)
        bytes.append(UInt8(ascii: "\""))
        value.writeRFC3339(to: &bytes)
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    /// A value that is JSON already.
    package mutating func member(_ name: StaticString, json: String) {
        self.name(name)
        bytes.append(contentsOf: json.utf8)
        needsComma = true
    }

    /// Leaves the member out if there is no value.
    package mutating func member(_ name: StaticString, _ value: String?) {
        if let value { member(name, value) }
    }

    private mutating func name(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func open(_ start: Unicode.Scalar, _ content: (inout JSONWriter) -> Void, _ end: Unicode.Scalar) {
        bytes.append(UInt8(ascii: start))
        needsComma = false
        content(&self)
        bytes.append(UInt8(ascii: end))
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = false
    }

    private mutating func integer(_ value: Int64) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        bytes.appendDecimal(value.magnitude, width: 1)
    }

    private mutating func string(_ text: String) {
        var text = text
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { utf8 in
            var plain = 0
            for index in utf8.indices where Self.needsEscape(utf8[index]) {
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[plain..<index]))
                escape(utf8[index])
                plain = index + 1
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[plain...]))
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func escape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\n"): bytes.append(UInt8(ascii: "n"))
        case 0..<0x20:
            bytes.append(contentsOf: (byte < 0x10 ? "u000" : "u00").utf8)
            bytes.append(contentsOf: String(byte, radix: 16).utf8)
        default: bytes.append(byte)
        }
    }
}

extension [UInt8] {
    /// Appends the digits of a number, with zeros before them up to `width` digits.
    mutating func appendDecimal(_ value: UInt64, width: Int) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var rest = value
            var first = digits.count
            repeat {
                first -= 1
                digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            for _ in 0..<Swift.max(0, width - (digits.count - first)) { append(UInt8(ascii: "0")) }
            append(contentsOf: digits[first...])
        }
    }
}
