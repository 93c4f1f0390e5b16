import ChatCore
import SeededRandom
import Testing

@testable import Transfer

@Suite struct ExportTimeTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000000Z"), (-1, "1969-12-31T23:59:59.999999Z"),
        (1_795_427_999_123_456, "2026-11-23T09:59:59.123456Z"), (951_782_400_000_007, "2000-02-29T00:00:00.000007Z"),
        (-62_167_219_200_000_000, "0000-01-01T00:00:00.000000Z"),
        (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
    ])
    func writesAndReads(_ microseconds: Int64, _ text: String) {
        let time = Timestamp(microseconds: microseconds)
        #expect(ExportTime.text(time) == text)
        #expect(ExportTime.time(text) == time)
    }

    @Test func readsWhatItWrites() {
        var generator = SeededGenerator(seed: 6)
        for _ in 0..<2_000 {
            let time = Timestamp(
                microseconds: Int64.random(in: -62_167_219_200_000_000...253_402_300_799_999_999, using: &generator))
            #expect(ExportTime.time(ExportTime.text(time)) == time)
        }
    }

    @Test(arguments: [
        "", "2026-11-23T10:00:00.123Z", "2026-11-23T10:00:00.123456", "2026-11-23 10:00:00.123456Z",
        "2026-02-30T10:00:00.123456Z", "2026-13-01T10:00:00.123456Z", "2026-11-23T24:00:00.123456Z",
        "2026-11-23T10:60:00.123456Z", "2026-11-23T10:00:60.123456Z", "2026-11-23T10:00:00.12345６Z",
        "+026-11-23T10:00:00.123456Z", "2025-02-29T10:00:00.123456Z", "2026-00-10T10:00:00.123456Z",
    ])
    func refuses(_ text: String) {
        #expect(ExportTime.time(text) == nil)
    }
}
