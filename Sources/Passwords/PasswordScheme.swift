/// How this server hashes now, and what it makes of hashes that were made otherwise.
struct PasswordScheme: Sendable {
    private static let saltBytes = 16
    private static let tagBytes = 32

    let parameters: PasswordHasher.Parameters
    let peppers: Peppers

    /// A new hash, with a salt of its own.
    func hash(_ password: String, in memory: SlotMemory) throws(PasswordHasher.Failure) -> PHCString {
        var generator = SystemRandomNumberGenerator()
        let salt = (0..<Self.saltBytes).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let argon2 = Argon2(parameters: parameters, tagBytes: Self.tagBytes)
        let tag = try argon2.tag(
            of: Array(password.utf8), salt: salt, secret: peppers.current?.secret ?? [], in: memory)
        return PHCString(parameters: parameters, keyID: peppers.current?.id ?? [], salt: salt, tag: tag)
    }

    /// - Parameter secret: of the pepper that `stored` names.
    func verify(
        _ password: String, against stored: PHCString, _ secret: [UInt8], in memory: SlotMemory
    ) throws(PasswordHasher.Failure) -> PasswordHasher.Verdict {
        let argon2 = Argon2(parameters: stored.parameters, tagBytes: stored.tag.count)
        let tag = try argon2.tag(of: Array(password.utf8), salt: stored.salt, secret: secret, in: memory)
        guard Self.areEqual(tag, stored.tag) else { return .wrong }
        return isWeak(stored) ? .rightButWeak : .right
    }

    private func isWeak(_ stored: PHCString) -> Bool {
        stored.parameters.isWeaker(than: parameters) || stored.keyID != peppers.current?.id ?? []
            || stored.salt.count < Self.saltBytes || stored.tag.count < Self.tagBytes
    }

    /// Takes the same time wherever the two differ.
    private static func areEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        guard one.count == other.count else { return false }
        return zip(one, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
