import Testing

@testable import SecondFactor

@Suite struct OneTimeSecretTests {
    private let secret: OneTimeSecret

    /// That of the standards' examples.
    init() throws {
        secret = try #require(OneTimeSecret(stored: Array("12345678901234567890".utf8)))
    }

    /// RFC 6238, appendix B, SHA-1; the last six of eight digits.
    @Test(arguments: [
        (59, 0x1, "287082"), (1_111_111_109, 0x235_23EC, "081804"), (1_111_111_111, 0x235_23ED, "050471"),
        (1_234_567_890, 0x273_EF07, "005924"), (2_000_000_000, 0x3F9_40AA, "279037"),
        (20_000_000_000, 0x27BC_86AA, "353130"),
    ])
    func acceptsTheCodesOfTheStandard(_ seconds: Int64, _ step: Int64, _ code: String) {
        #expect(secret.step(of: code, at: seconds, after: -1) == step)
    }

    /// Step 10 is that of the seconds from 300 on; its code is good for a step more on either side.
    @Test(arguments: [
        (0, false), (269, false), (270, true), (299, true), (300, true), (329, true), (330, true), (359, true),
        (360, false), (389, false), (1_000_000, false),
    ])
    func acceptsNeighbours(_ seconds: Int64, _ isGood: Bool) {
        #expect(secret.step(of: code(10), at: seconds, after: -1) == (isGood ? 10 : nil))
    }

    @Test(arguments: 7..<15 as Range<Int64>) func saysWhichStep(_ step: Int64) {
        #expect(secret.step(of: code(step), at: 315, after: -1) == ((9...11).contains(step) ? step : nil))
    }

    @Test(arguments: 9...11 as ClosedRange<Int64>) func acceptsNoCodeTwice(_ step: Int64) {
        for seconds in (step - 1) * 30..<(step + 2) * 30 {
            #expect(secret.step(of: code(step), at: seconds, after: step - 1) == step)
            #expect(secret.step(of: code(step), at: seconds, after: step) == nil)
        }
    }

    @Test func acceptsNoEarlierCodeAfterALaterOne() {
        #expect(secret.step(of: code(10), at: 300, after: 11) == nil)
        #expect(secret.step(of: code(9), at: 300, after: 10) == nil)
        #expect(secret.step(of: code(11), at: 300, after: 10) == 11)
        #expect(secret.step(of: code(11), at: 300, after: .max) == nil)
        #expect(secret.step(of: code(0), at: 0, after: -1) == 0)
        #expect(secret.step(of: code(0), at: 0, after: 0) == nil)
    }

    /// 153,567 and 153,569 have the same code by chance.
    @Test func takesTheLaterOfTwoSteps() {
        #expect(code(153_567) == code(153_569))
        #expect(secret.step(of: "468457", at: 153_568 * 30, after: -1) == 153_569)
        #expect(secret.step(of: "468457", at: 153_568 * 30, after: 153_567) == 153_569)
        #expect(secret.step(of: "468457", at: 153_567 * 30, after: -1) == 153_567)
    }

    @Test func readsCodesAsTheyAreTyped() {
        #expect(secret.step(of: " 000 152 ", at: 44 * 30, after: -1) == 44)
        #expect(secret.step(of: "152", at: 44 * 30, after: -1) == nil)
        #expect(secret.step(of: "0000152", at: 44 * 30, after: -1) == nil)
        #expect(secret.step(of: "０００１５２", at: 44 * 30, after: -1) == nil)
    }

    @Test(arguments: 0..<6) func comparesEachDigit(_ place: Int) {
        var digits = Array("254676".utf8)
        for digit in "0123456789".utf8 where digit != digits[place] {
            var wrong = digits
            wrong[place] = digit
            #expect(secret.step(of: String(decoding: wrong, as: UTF8.self), at: 5 * 30, after: -1) == nil)
        }
        digits.swapAt(place, (place + 1) % 6)
        #expect(secret.step(of: String(decoding: digits, as: UTF8.self), at: 5 * 30, after: -1) == nil)
    }

    @Test func survivesAnyTime() {
        for seconds in [Int64.min, -31, -30, -1, 0, .max] {
            for lastStep in [Int64.min, -1, 0, .max] {
                #expect(secret.step(of: "000000", at: seconds, after: lastStep) == nil)
            }
        }
        #expect(secret.step(of: code(0), at: .min, after: .min) == 0)
        #expect(secret.step(of: code(1), at: -1, after: -1) == 1)
        #expect(secret.step(of: code(2), at: -1, after: -1) == nil)
        let last = Int64.max / 30 + 1
        #expect(secret.step(of: code(last), at: .max, after: -1) == last)
    }

    @Test func differs() {
        let secrets = (0..<1000).map { _ in OneTimeSecret().bytes }
        #expect(secrets.allSatisfy { $0.count == 20 })
        #expect(Set(secrets).count == 1000)
        for place in 0..<20 {
            #expect(Set(secrets.map { $0[place] }).count > 200)
        }
    }

    @Test func acceptsNoCodeOfAnother() throws {
        let other = try #require(OneTimeSecret(stored: Array("12345678901234567891".utf8)))
        for step in 0..<100 as Range<Int64> {
            #expect(other.step(of: code(step), at: step * 30, after: -1) == nil)
        }
    }

    @Test(arguments: [0, 1, 19, 20, 21, 40]) func isTwentyBytes(_ count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 89) }
        #expect(OneTimeSecret(stored: bytes)?.bytes == (count == 20 ? bytes : nil))
    }

    @Test(arguments: [
        ("Denwa", "alice", "Denwa:alice", "Denwa"), ("Our Chat", "a.b-c_d~9", "Our%20Chat:a.b-c_d~9", "Our%20Chat"),
        ("電話", "é@x", "%E9%9B%BB%E8%A9%B1:%C3%A9%40x", "%E9%9B%BB%E8%A9%B1"),
        ("a:b&secret=x", "c?d#e/f%+g", "a%3Ab%26secret%3Dx:c%3Fd%23e%2Ff%25%2Bg", "a%3Ab%26secret%3Dx"),
        ("\0\u{1F}\"<>", "'()*!$,;[]", "%00%1F%22%3C%3E:%27%28%29%2A%21%24%2C%3B%5B%5D", "%00%1F%22%3C%3E"),
    ])
    func writesTheURIOfTheQRCode(_ issuer: String, _ account: String, _ label: String, _ parameter: String) {
        #expect(
            secret.uri(issuer: issuer, account: account)
                == "otpauth://totp/\(label)?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=\(parameter)")
    }

    /// With zeros in front.
    private func code(_ step: Int64) -> String {
        let digits = String(OneTimeCode(of: step, for: secret.bytes).number)
        return String(repeating: "0", count: 6 - digits.count) + digits
    }
}
