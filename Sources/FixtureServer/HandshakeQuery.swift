import ChatCore

/// What the address of a client's first request says behind the question mark, percent-decoded. Of a name that is
/// repeated the last value counts.
struct HandshakeQuery: Sendable, Equatable {
    private var values: [String: String] = [:]

    init(uri: String) {
        guard let mark = uri.firstIndex(of: "?") else { return }
        for pair in uri[uri.index(after: mark)...].split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            values[Self.decoded(parts[0])] = parts.count == 2 ? Self.decoded(parts[1]) : ""
        }
    }

    subscript(name: String) -> String? { values[name] }

    /// An object of strings.
    var json: String {
        let members = values.sorted { $0.key < $1.key }.map { "\($0.key.quoted):\($0.value.quoted)" }
        return "{\(members.joined(separator: ","))}"
    }

    /// What is not percent-encoded right stays as it is.
    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(Substring(rest.prefix(2))), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension String {
    /// As JSON.
    var quoted: String {
        var json = JSONWriter()
        json.element(self)
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
