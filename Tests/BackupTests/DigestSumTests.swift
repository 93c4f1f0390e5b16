import Testing

@testable import Backup

@Suite struct DigestSumTests {
    private let one = String(repeating: "0", count: 63) + "1"
    private let most = String(repeating: "f", count: 64)

    private func sum(_ digests: String...) -> DigestSum {
        var sum = DigestSum()
        let areGood = digests.map { sum.add(hex: $0.utf8) }
        #expect(areGood.allSatisfy { $0 })
        return sum
    }

    @Test func isWrittenAsItsDigest() {
        let digest = "00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210"
        #expect(sum(digest).hex == digest)
        #expect(DigestSum().hex == String(repeating: "0", count: 64))
    }

    @Test func carriesThroughAllOfTheNumberAndBeginsAnewAtItsEnd() {
        #expect(sum(most, one).hex == DigestSum().hex)
        let half = String(repeating: "0", count: 32) + String(repeating: "f", count: 32)
        #expect(sum(half, one).hex == String(repeating: "0", count: 31) + "1" + String(repeating: "0", count: 32))
    }

    @Test func doesNotDependOnTheOrderAndCountsWhatStandsTwice() {
        let other = String(repeating: "8", count: 64)
        #expect(sum(one, other, most) == sum(most, one, other))
        #expect(sum(one, other) == sum(one + other))
        #expect(sum(one, other, other) != sum(one, other))
        #expect(sum(other, other) != sum())
    }

    @Test func addsSumsAsItAddsDigests() {
        var left = sum(most)
        left.add(sum(one, one))
        #expect(left == sum(most, one, one))
    }

    @Test(arguments: ["0", String(repeating: "0", count: 63), String(repeating: "g", count: 64), "\u{FF}"])
    func refusesWhatIsNoDigest(_ text: String) {
        var sum = DigestSum()
        let isGood = sum.add(hex: text.utf8)
        #expect(!isGood)
    }
}
