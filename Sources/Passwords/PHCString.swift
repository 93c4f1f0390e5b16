/// A stored hash: an Argon2id string of the PHC format, of a cost that this server is willing to pay.
///
/// Whatever is out of bounds is no ``PHCString``, so nothing is allocated or computed for it.
///
/// Source: <https://github.com/P-H-C/phc-string-format>, "Argon2 encoding"; the associated data is left out.
struct PHCString: Sendable, Equatable {
    private static let saltBytes = 8...64
    private static let tagBytes = 16...64
    private static let keyIDBytes = 1...8
    /// More than all the parts at their longest.
    private static let longest = 256

    let parameters: PasswordHasher.Parameters
    /// Which pepper was used; empty for none.
    let keyID: [UInt8]
    let salt: [UInt8]
    let tag: [UInt8]

    init(parameters: PasswordHasher.Parameters, keyID: [UInt8], salt: [UInt8], tag: [UInt8]) {
        self.parameters = parameters
        self.keyID = keyID
        self.salt = salt
        self.tag = tag
    }

    /// `nil` for anything else, however little is wrong with it: each value has one way to be written.
    init?(_ text: String) {
        guard text.utf8.count <= Self.longest else { return nil }
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].isEmpty, parts[1] == "argon2id", parts[2] == "v=19" else { return nil }
        let fields = parts[3].split(separator: ",", omittingEmptySubsequences: false)
        guard let parameters = Self.parameters(fields), let keyID = Self.keyID(fields),
            let salt = PHCBase64.decode(parts[4]), Self.saltBytes.contains(salt.count),
            let tag = PHCBase64.decode(parts[5]), Self.tagBytes.contains(tag.count)
        else { return nil }
        self.init(parameters: parameters, keyID: keyID, salt: salt, tag: tag)
    }

    private typealias Parameters = PasswordHasher.Parameters

    private static func parameters(_ fields: [Substring]) -> Parameters? {
        guard fields.count >= 3,
            let memory = number("m", fields[0], Parameters.acceptableMemoryKiB),
            let passes = number("t", fields[1], Parameters.acceptablePasses),
            let lanes = number("p", fields[2], Parameters.acceptableLanes), memory >= 8 * lanes
        else { return nil }
        return Parameters(memoryKiB: memory, passes: passes, lanes: lanes)
    }

    private static func keyID(_ fields: [Substring]) -> [UInt8]? {
        if fields.count == 3 { return [] }
        guard fields.count == 4, let text = value("keyid", fields[3]), let id = PHCBase64.decode(text),
            keyIDBytes.contains(id.count)
        else { return nil }
        return id
    }

    private static func number(_ name: String, _ field: Substring, _ range: ClosedRange<UInt32>) -> UInt32? {
        guard let text = value(name, field), let number = UInt32(text), text == String(number) else { return nil }
        return range.contains(number) ? number : nil
    }

    private static func value(_ name: String, _ field: Substring) -> Substring? {
        field.hasPrefix(name + "=") ? field.dropFirst(name.count + 1) : nil
    }
}

extension PHCString: CustomStringConvertible {
    /// What is stored.
    var description: String {
        let key = keyID.isEmpty ? "" : ",keyid=" + PHCBase64.encode(keyID)
        let cost = "m=\(parameters.memoryKiB),t=\(parameters.passes),p=\(parameters.lanes)"
        return "$argon2id$v=19$\(cost)\(key)$\(PHCBase64.encode(salt))$\(PHCBase64.encode(tag))"
    }
}
