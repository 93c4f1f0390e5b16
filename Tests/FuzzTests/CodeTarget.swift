@testable import SecondFactor

extension FuzzTarget {
    /// What somebody types as a one-time code or as a recovery code.
    static let code = FuzzTarget(
        name: "code",
        seeds: .texts(
            "123456", " 123 456 ", "000000", "1234567", "12345", "１２３４５６", "-12345", "abcd-efgh-ijkl-mnop-qrst-uvwx",
            "ABCDEFGHIJKLMNOPQRSTUVWX", "abcd efgh-2345 6723 qrst uvw7", "abcd-efgh-ijkl-mnop-qrst-uvw1",
            "abcdefghijklmnopqrstuvwſ"),
        tokens: [" ", "-", "0", "9", "a", "Z", "7", "1", "８", "K", "\u{0}", "\u{A0}", "–"]
    ) { input in
        let text = input.text
        if let code = OneTimeCode(presented: text) {
            let digits = String(code.number)
            try promise("a code has six digits", code.number < 1_000_000)
            let again = OneTimeCode(presented: String(repeating: "0", count: 6 - digits.count) + digits)
            try promise("a code has one number", again == code)
        }
        _ = secret?.step(of: text, at: Int64(truncatingIfNeeded: input.count) << 56, after: -1)
        if let code = RecoveryCode(presented: text) {
            try promise("a normal form", code.text.wholeMatch(of: /[a-z2-7]{4}(-[a-z2-7]{4}){5}/) != nil)
            let bare = code.text.uppercased().replacing("-", with: "")
            for form in [code.text, bare, " \(bare) "] {
                try promise("one code, however it is written", RecoveryCode(presented: form)?.hash == code.hash)
            }
        }
    }

    private static let secret = OneTimeSecret(stored: [UInt8](repeating: 7, count: 20))
}
