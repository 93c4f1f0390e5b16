/// A secret shared with an authenticator app.
///
/// The codes are those that every app can do: HMAC-SHA-1, 6 digits, steps of 30 s from 1970 on. (That SHA-1 collides does not
/// matter to an HMAC.) A guess is right in 3 of 1,000,000 cases, so the caller limits the tries.
///
/// Sources: RFC 6238 (TOTP), RFC 4226 (HOTP).
package struct OneTimeSecret: Sendable {
    /// As RFC 4226, section 4, R6 recommends.
    private static let secretBytes = 20

    /// 20 bytes.
    package let bytes: [UInt8]

    /// A new one, from the system's random number generator.
    package init() { bytes = randomBytes(Self.secretBytes) }

    /// One that was made before, after ``SecretSeal`` has opened it.
    /// - Returns: `nil` unless these are 20 bytes.
    package init?(stored: [UInt8]) {
        guard stored.count == Self.secretBytes else { return nil }
        bytes = stored
    }

    /// To be typed in where no QR code can be read: 32 characters, upper case.
    package var base32: String { Base32.encode(bytes) }

    /// What the QR code says.
    ///
    /// Everything but the unreserved characters of RFC 3986, section 2.3 is percent-encoded. Digits, period and algorithm
    /// are left out: they are what apps assume.
    ///
    /// Source: <https://github.com/google/google-authenticator/wiki/Key-Uri-Format>.
    /// - Parameters:
    ///   - issuer: the server's name as people know it. Not empty, and without a colon: an app takes what comes before the
    ///     first for the issuer, even if it is percent-encoded.
    ///   - account: whose secret this is; without a colon.
    package func uri(issuer: String, account: String) -> String {
        let (issuer, account) = (PercentEncoding.encode(issuer), PercentEncoding.encode(account))
        return "otpauth://totp/\(issuer):\(account)?secret=\(base32)&issuer=\(issuer)"
    }

    /// The step whose code this is: that of `seconds`, the one before or the one after, since clocks differ and people
    /// take their time (RFC 6238, section 5.2). Compared without telling by time which digit differs.
    ///
    /// Whoever accepts the code stores its step and passes it as `lastStep` from then on, so that no code works twice. Two
    /// tries at once must not both read the old one.
    /// - Parameters:
    ///   - code: as it was typed; ASCII spaces do not count.
    ///   - seconds: the time since 1970; before that, 1970.
    ///   - lastStep: only later ones count; -1 if there has been none.
    /// - Returns: a step is 30 s, the first one is 0. If two steps have this code, the later one, or it would work twice.
    ///   `nil` for a wrong code.
    package func step(of code: String, at seconds: Int64, after lastStep: Int64) -> Int64? {
        guard let presented = OneTimeCode(presented: code) else { return nil }
        let now = max(seconds, 0) / OneTimeCode.stepSeconds
        let steps = (now - 1...now + 1).filter { step in
            step > max(lastStep, -1) && OneTimeCode(of: step, for: bytes) == presented
        }
        return steps.last
    }
}
