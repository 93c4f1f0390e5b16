import Foundation
import Testing

@testable import Transfer

@Suite struct LineReaderTests {
    @Test(arguments: [
        ("", []), ("a\n", ["a"]), ("a", ["a (cut off)"]), ("\n\nb\n", ["", "", "b"]),
        ("a\r\nb", ["a\r", "b (cut off)"]),
    ])
    func lines(_ text: String, _ expected: [String]) throws {
        #expect(try read(text) == expected)
    }

    @Test func linesLongerThanWhatIsReadAtOnce() throws {
        for length in [(1 << 18) - 1, 1 << 18, (1 << 18) + 1, 1 << 20] {
            let long = String(repeating: "x", count: length)
            #expect(try read("a\n\(long)\nb\n") == ["a", long, "b"])
        }
    }

    @Test func aLineHasABound() {
        #expect(throws: TransferError.self) { try read("a\n" + String(repeating: "x", count: LineReader.limit + 1)) }
    }

    private func read(_ text: String) throws -> [String] {
        let url = FileManager.default.temporaryDirectory.appending(path: "denwa-lines-\(UUID().uuidString)")
        try Data(text.utf8).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        var lines: [String] = []
        var numbers: [Int] = []
        try LineReader(file: InputFile(url.path)).forEachLine { number, bytes, isWhole in
            numbers.append(number)
            lines.append(String(decoding: bytes, as: UTF8.self) + (isWhole ? "" : " (cut off)"))
        }
        #expect(numbers == Array(1..<(numbers.count + 1)))
        return lines
    }
}
