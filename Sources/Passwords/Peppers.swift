import Crypto

/// Secret keys that go into every hash and are not in the database: who steals only that has nothing to guess at.
///
/// A pepper is the key `K` of RFC 9106, section 3.1: Argon2 takes it in with the password, so no construction of our own
/// is needed, and the PHC format has `keyid` to say which key a hash was made with.
package struct Peppers: Sendable {
    /// A pepper that could be guessed.
    package struct TooShort: Error, Sendable, Equatable {
        /// The bytes that it must have, at least.
        package let minimumBytes: Int
    }

    /// One pepper, and the name that stored hashes have for it.
    struct Pepper: Sendable, Equatable {
        /// The first bytes of its SHA-256; as many as the PHC format allows.
        let id: [UInt8]
        let secret: [UInt8]
    }

    /// Hashes without a pepper.
    package static let none = Peppers()

    private static let minimumBytes = 16
    private static let idBytes = 8

    let current: Pepper?
    private let previous: [Pepper]

    private init() {
        current = nil
        previous = []
    }

    /// - Parameters:
    ///   - current: goes into new hashes; `nil` for none. Random bytes, at least 16; 32 are a good number.
    ///   - previous: still verified, and then reported as weak.
    /// - Throws: ``TooShort``.
    package init(current: [UInt8]?, previous: [[UInt8]] = []) throws(TooShort) {
        for secret in previous + (current.map { [$0] } ?? []) where secret.count < Self.minimumBytes {
            throw TooShort(minimumBytes: Self.minimumBytes)
        }
        self.current = current.map(Self.named)
        self.previous = previous.map(Self.named)
    }

    /// - Parameter id: as stored; empty for a hash without a pepper.
    /// - Returns: what Argon2 is given; empty for none.
    func secret(of id: [UInt8]) throws(PasswordHasher.Failure) -> [UInt8] {
        if id.isEmpty { return [] }
        if let current, current.id == id { return current.secret }
        guard let pepper = previous.first(where: { $0.id == id }) else { throw .unknownPepper }
        return pepper.secret
    }

    private static func named(_ secret: [UInt8]) -> Pepper {
        Pepper(id: Array(SHA256.hash(data: secret).prefix(idBytes)), secret: secret)
    }
}
