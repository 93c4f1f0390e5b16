import Crypto

/// What a pepper becomes here. Passwords are hashed with the same peppers; neither use tells anything about the other.
struct SealingKey: Sendable {
    static let nameBytes = 8

    private static let info = Array("denwa second factor: sealing of secrets".utf8)
    private static let keyBytes = 32

    /// How a sealed secret says which key it needs: the first bytes of the key's SHA-256.
    let name: [UInt8]
    let key: SymmetricKey

    /// HKDF-SHA256 (RFC 5869), without a salt since a pepper is random.
    init(pepper: [UInt8]) {
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: pepper), info: Self.info, outputByteCount: Self.keyBytes)
        name = key.withUnsafeBytes { Array(SHA256.hash(data: $0).prefix(Self.nameBytes)) }
    }
}
