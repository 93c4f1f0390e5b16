import SecondFactor
import Testing

@Suite struct RecoveryCodeTests {
    private static let alphabet = Set("abcdefghijklmnopqrstuvwxyz234567")

    @Test func areTen() {
        let codes = RecoveryCode.ten()
        #expect(codes.count == 10)
        for code in codes {
            let groups = code.text.split(separator: "-", omittingEmptySubsequences: false)
            #expect(groups.map(\.count) == [4, 4, 4, 4, 4, 4])
            #expect(groups.joined().allSatisfy(Self.alphabet.contains))
            #expect(RecoveryCode(presented: code.text) == code)
        }
    }

    /// All 120 bits: each place has each digit.
    @Test func differ() {
        let codes = (0..<200).flatMap { _ in RecoveryCode.ten() }
        #expect(Set(codes).count == 2000)
        #expect(Set(codes.map(\.hash)).count == 2000)
        let digits = codes.map { Array($0.text.filter { $0 != "-" }) }
        for place in 0..<24 {
            #expect(Set(digits.map { $0[place] }) == Self.alphabet)
        }
    }

    @Test(arguments: [
        "zzzz-yyyy-abcd-efgh-ijkl-mnop", "zzzzyyyyabcdefghijklmnop", "ZZZZ-YYYY-ABCD-EFGH-IJKL-MNOP",
        "zZzZ yYyY aBcD eFgH iJkL mNoP", "  zzzz-yyyy-abcdefghijklmnop ",
        "-zzzz-yyyy-abcd--efgh - ijkl-mnop-", "z-z-z-z-y-y-y-y-a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p",
        "zz zzyyyyab cde-fghi jklmn-op",
    ])
    func haveOneNormalForm(_ text: String) throws {
        let code = try #require(RecoveryCode(presented: text))
        #expect(code.text == "zzzz-yyyy-abcd-efgh-ijkl-mnop")
        #expect(code == RecoveryCode(presented: "zzzz-yyyy-abcdefghijklmnop"))
        // What `printf zzzz-yyyy-abcd-efgh-ijkl-mnop | sha256sum` prints.
        #expect(
            code.hash == [
                0x6D, 0x85, 0xA8, 0x1F, 0x24, 0x35, 0x00, 0x8A, 0x02, 0x0E, 0xF1, 0x28, 0xBF, 0xC7, 0xB3, 0xD7,
                0xE3, 0xF0, 0x74, 0x31, 0x4E, 0xD1, 0x1E, 0x31, 0x96, 0xEE, 0xF5, 0xCB, 0xB4, 0x9C, 0x26, 0xD3,
            ])
    }

    @Test func haveLettersAndDigits() {
        #expect(RecoveryCode(presented: "ZZZZYYYYQRSTUVWXYZ234567")?.text == "zzzz-yyyy-qrst-uvwx-yz23-4567")
    }

    @Test(arguments: [
        "", " ", "----", "zzzz-yyyy-abcd-efgh-ijkl-mno", "zzzz-yyyy-abcd-efgh-ijkl-mnopq",
        "zzzz-yyyy-abcd-efgh-ijkl-mno0", "zzzz-yyyy-abcd-efgh-ijkl-mno1",
        "zzzz-yyyy-abcd-efgh-ijkl-mno8", "zzzz-yyyy-abcd-efgh-ijkl-mno9", "zzzz-yyyy-abcd-efgh-ijkl-mno=",
        "zzzz-yyyy-abcd-efgh-ijkl-mno@",
        "zzzz-yyyy-abcd-efgh-ijkl-mno[", "zzzz-yyyy-abcd-efgh-ijkl-mno`", "zzzz-yyyy-abcd-efgh-ijkl-mno{",
        "zzzz-yyyy-abcd-efgh-ijkl-mno\u{12}",
        "zzzz-yyyy-abcd_efgh_ijkl_mnop", "zzzz-yyyy-abcd-efgh-ijkl-mnop\n", "zzzz-yyyy-abcd\tefghijklmnop",
        "zzzz-yyyy-abcd\u{A0}efghijklmnop",
        "zzzz-yyyy-abcd–efgh–ijkl–mnop", "zzzz-yyyy-abcd-efgh-ijkl-mnoé", "zzzz-yyyy-abcd-efgh-ijkl-mnoｐ",
        "zzzz-yyyy-abcd-efgh-ijkl-mnß",
        "zzzz-yyyy-abcd-efgh-ijkl-mn\u{17F}p", "zzzz-yyyy-abcd-efgh-ıjkl-mnop", "zzzz-yyyy-abcd-efgh-ij\u{212A}l-mnop",
        "zzzz-yyyy-abcd-efgh-ijkl-mﬀp",
        "zzzz-yyyy-abcd-efgh-ijkl-mnop\0", "zzzz-yyyy-abcd-efgh-ijkl-mnop\u{301}", String(repeating: "a", count: 64),
    ])
    func areNothingElse(_ text: String) {
        #expect(RecoveryCode(presented: text) == nil)
    }
}
