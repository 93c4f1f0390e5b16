import Testing

@testable import SecondFactor

@Suite struct OneTimeCodeTests {
    private static let secret = Array("12345678901234567890".utf8)

    /// RFC 4226, appendix D.
    @Test(
        arguments: zip(
            0..<10 as Range<Int64>,
            [755_224, 287_082, 359_152, 969_429, 338_314, 254_676, 287_922, 162_583, 399_871, 520_489] as [UInt32]))
    func isThatOfTheStandard(_ step: Int64, _ number: UInt32) {
        #expect(OneTimeCode(of: step, for: Self.secret).number == number)
    }

    @Test(arguments: [
        "287082", " 287082", "287082 ", "287 082", "28 70 82", " 2 8 7 0 8 2 ", "     287     082     ",
    ])
    func readsSpaces(_ text: String) {
        #expect(OneTimeCode(presented: text)?.number == 287_082)
    }

    @Test(arguments: [("000000", 0), ("000152", 152), ("000 009", 9), ("999999", 999_999)] as [(String, UInt32)])
    func readsAllSixDigits(_ text: String, _ number: UInt32) {
        #expect(OneTimeCode(presented: text)?.number == number)
    }

    @Test(arguments: [
        "", " ", "      ", "28708", "28708 ", "2870820", "0287082", "287082287082", "287082\n", "\t287082", "287082\0",
        "287\u{A0}082", "287\u{3000}082", "287\u{200B}082", "287-082", "287,082", "+87082", "-87082", "+287082",
        "28708.", "28708e", "0x4616", "28708２", "２８７０８２", "٢٨٧٠٨٢", "28708\u{301}", "287082\u{301}", "28708/",
        "28708:", "abcdef", String(repeating: "0", count: 64) + "287082",
    ])
    func refusesAnythingElse(_ text: String) {
        #expect(OneTimeCode(presented: text) == nil)
    }
}
