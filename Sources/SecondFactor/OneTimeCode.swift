import Crypto

/// A code of six digits. Held as one number, so comparing two takes the same time wherever their digits differ.
struct OneTimeCode: Equatable {
    /// How long a code is the current one; the default of RFC 6238, section 4.1.
    static let stepSeconds: Int64 = 30

    private static let digits = 6
    /// 10 to the power of ``digits``.
    private static let end: UInt32 = 1_000_000

    /// From 0 to 999,999.
    let number: UInt32

    /// Reads what was typed, with ASCII spaces anywhere ("123 456").
    /// - Returns: `nil` unless the rest is exactly six ASCII digits.
    init?(presented text: String) {
        let digits = text.utf8.filter { $0 != UInt8(ascii: " ") }
        guard digits.count == Self.digits, digits.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) else {
            return nil
        }
        number = digits.reduce(0) { $0 * 10 + UInt32($1 - UInt8(ascii: "0")) }
    }

    /// The code of a step: HOTP (RFC 4226, section 5.3), with the step as its counter.
    /// - Parameter step: 0 or more.
    init(of step: Int64, for secret: [UInt8]) {
        let counter = withUnsafeBytes(of: step.bigEndian) { Array($0) }
        let mac = Array(HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: secret)))
        // "Dynamic truncation": the last four bits say where the 31 bits begin that count.
        let offset = Int(mac[Insecure.SHA1.byteCount - 1] & 15)
        let bits = mac[offset..<offset + 4].reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
        number = (bits & 0x7FFF_FFFF) % Self.end
    }
}
