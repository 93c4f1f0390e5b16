import Crypto

/// Keeps secrets in the database unreadable for whoever has only the database.
///
/// What is stored is one byte for the kind, and then
///
/// - 0, plain: the secret as it is, because the server had no pepper;
/// - 1, sealed: 8 bytes that name the key, 12 of nonce, the ciphertext, and 16 of tag (ChaCha20-Poly1305, RFC 8439).
///
/// A plain secret still opens when there is a pepper, until it is sealed, and nothing binds it to its context. So this does not help against
/// whoever can *write* to the database: they can put a plain secret of their own there.
package struct SecretSeal: Sendable {
    /// The secret cannot be had. Either the pepper that it was sealed with is neither the current one nor among the previous
    /// ones: give it back to the server. Or what is stored was damaged, or comes from another row: only a new secret helps
    /// then, so switch the second factor off for the account and let its owner set it up again.
    package struct CannotOpen: Error, Sendable, CustomStringConvertible {
        /// Without the cause: a wrong pepper and a damaged secret look alike.
        package init() {}

        package var description: String {
            "The stored secret of an authenticator app cannot be opened. Was it sealed with a pepper that the server was not "
                + "given? Name it in passwordOldPepperFiles, or remove the account's second factor."
        }
    }

    private enum Kind: UInt8 {
        case plain = 0
        case sealed = 1
    }

    private let current: SealingKey?
    private let previous: [SealingKey]

    /// Derives a key from each pepper.
    /// - Parameters:
    ///   - current: seals new secrets; `nil` to store them as they are. Random bytes, at least 16; not checked here.
    ///   - previous: open older secrets. One may go when everything that it sealed has been sealed again.
    package init(current: [UInt8]?, previous: [[UInt8]]) {
        self.current = current.map(SealingKey.init)
        self.previous = previous.map(SealingKey.init)
    }

    /// Whether new secrets are sealed, and not stored as they are.
    package var seals: Bool { current != nil }

    /// - Parameter context: where it is stored, for example the account's number; it opens there only.
    /// - Returns: 1 byte more than the secret, or 37 if there is a pepper; never the same twice then.
    /// - Throws: what Crypto throws, which it has no reason to.
    package func seal(_ secret: [UInt8], for context: String) throws -> [UInt8] {
        guard let current else { return [Kind.plain.rawValue] + secret }
        let box = try ChaChaPoly.seal(secret, using: current.key, authenticating: Array(context.utf8))
        return [Kind.sealed.rawValue] + current.name + box.combined
    }

    /// - Parameters:
    ///   - sealed: what ``seal(_:for:)`` gave, under any of the peppers or none.
    ///   - context: the same as then.
    package func open(_ sealed: [UInt8], for context: String) throws(CannotOpen) -> [UInt8] {
        switch sealed.first.flatMap(Kind.init) {
        case .plain: Array(sealed.dropFirst())
        case .sealed: try open(box: sealed.dropFirst(1 + SealingKey.nameBytes), key: try key(of: sealed), context)
        case nil: throw CannotOpen()
        }
    }

    /// Whether sealing again would change nothing but the nonce.
    /// - Parameter sealed: what ``seal(_:for:)`` gave, under any of the peppers or none.
    package func isCurrent(_ sealed: [UInt8]) -> Bool {
        switch sealed.first.flatMap(Kind.init) {
        case .plain: current == nil
        case .sealed: current?.name.elementsEqual(sealed.dropFirst().prefix(SealingKey.nameBytes)) ?? false
        case nil: false
        }
    }

    private func key(of sealed: [UInt8]) throws(CannotOpen) -> SymmetricKey {
        let name = sealed.dropFirst().prefix(SealingKey.nameBytes)
        let keys = (current.map { [$0] } ?? []) + previous
        guard let key = keys.first(where: { $0.name.elementsEqual(name) }) else { throw CannotOpen() }
        return key.key
    }

    private func open(box: ArraySlice<UInt8>, key: SymmetricKey, _ context: String) throws(CannotOpen) -> [UInt8] {
        do {
            let box = try ChaChaPoly.SealedBox(combined: box)
            return Array(try ChaChaPoly.open(box, using: key, authenticating: Array(context.utf8)))
        } catch {
            throw CannotOpen()
        }
    }
}
