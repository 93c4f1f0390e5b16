import SeededRandom
import Testing

@testable import Transfer

@Suite struct ZipArchiveTests {
    typealias File = ZipBuilder.File

    private static let files = [
        File("channels.json", "[]"), File("general/", "").changed { $0.method = 0 },
        File("general/2019-01-01.json", String(repeating: "[1, 2, 3] 電話 ", count: 20_000)), File("empty", ""),
        File("開発/x.json", "stored").changed { $0.method = 0 },
    ]

    @Test(arguments: [false, true])
    func readsWhatIsThere(_ is64: Bool) throws {
        var zip = ZipBuilder(files: Self.files)
        zip.is64 = is64
        zip.comment = Array("PK\u{5}\u{6} a comment".utf8)
        let archive = try ZipArchive(InputBytes(zip.bytes))
        let expected = Self.files.filter { $0.name.last != UInt8(ascii: "/") }
        #expect(archive.entries.map(\.name) == expected.map { String(decoding: $0.name, as: UTF8.self) })
        for (entry, file) in zip2(archive.entries, expected) {
            #expect(try archive.contents(of: entry) == file.data)
        }
    }

    @Test func anEmptyArchiveHasNoFiles() throws {
        #expect(try ZipArchive(InputBytes(ZipBuilder(files: []).bytes)).entries.isEmpty)
    }

    /// Names that lead somewhere else, links, and what no export has.
    @Test(arguments: [
        "../x", "a/../../x", "/etc/passwd", "a\\..\\b", "C:/x", "a//b", "./a", "a/.", "a\u{0}b", "a\nb", "\u{7F}", "",
        String(repeating: "a", count: 1_025),
    ])
    func refusesNames(_ name: String) {
        #expect(throws: ZipError.self) { try ZipArchive(InputBytes(ZipBuilder(files: [File(name, "x")]).bytes)) }
    }

    @Test(arguments: [
        File("a", "x").changed { $0.attributes = 0o120_777 << 16 },
        File("a", "x").changed { $0.attributes = 0o010_644 << 16 },
        File("a", "x").changed { $0.flags = 1 }, File("a", "x").changed { $0.flags = 0x40 },
        File("a", "x").changed { $0.method = 12 }, File("a/", "x"), File("a", "x").changed { $0.name = [0xFF, 0x61] },
        File("a", "x").changed { $0.size = 1 << 30 }, File("a", "x").changed { $0.size = 0xFFFF_FFFF },
        File("a", "x").changed { $0.offset = 4_000_000 },
        File("a", "x").changed {
            $0.method = 0
            $0.size = 2
        },
    ])
    func refusesEntries(_ file: File) {
        #expect(throws: ZipError.self) { try ZipArchive(InputBytes(ZipBuilder(files: [file]).bytes)) }
    }

    /// What is only seen when an entry is unpacked.
    @Test(arguments: [
        File("a", "some text").changed { $0.crc = 7 }, File("a", "some text").changed { $0.size = 8 },
        File("a", "some text").changed { $0.size = 10 },
        File("a", "some text").changed { $0.localName = Array("b".utf8) },
        File("a", "some text").changed {
            $0.method = 0
            $0.crc = 7
        },
    ])
    func refusesContents(_ file: File) throws {
        let archive = try ZipArchive(InputBytes(ZipBuilder(files: [file]).bytes))
        #expect(throws: ZipError.self) { try archive.contents(of: archive.entries[0]) }
    }

    @Test func refusesOneBytesForTwoEntries() {
        let files = [File("a", "text"), File("b", "text").changed { $0.offset = 0 }]
        #expect(throws: ZipError.self) { try ZipArchive(InputBytes(ZipBuilder(files: files).bytes)) }
        #expect(throws: ZipError.self) {
            try ZipArchive(InputBytes(ZipBuilder(files: [File("a", "1"), File("a", "2")]).bytes))
        }
    }

    @Test func refusesBombs() throws {
        let bomb = File("a", String(repeating: "0", count: 8 << 20))
        #expect(throws: ZipError.self) { try ZipArchive(InputBytes(ZipBuilder(files: [bomb]).bytes)) }
        var bounds = ZipBounds()
        bounds.ratio = 2_000
        _ = try ZipArchive(InputBytes(ZipBuilder(files: [bomb]).bytes), bounds: bounds)
        bounds.total = 4 << 20
        #expect(throws: ZipError.self) { try ZipArchive(InputBytes(ZipBuilder(files: [bomb]).bytes), bounds: bounds) }
        bounds.entries = 1
        let two = ZipBuilder(files: [File("a", "1"), File("b", "2")])
        #expect(throws: ZipError.self) { try ZipArchive(InputBytes(two.bytes), bounds: bounds) }
    }

    @Test func refusesListsThatDoNotFit() {
        var zip = ZipBuilder(files: [File("a", "1"), File("b", "2")])
        for count in [UInt16(1), 3, 0xFFFF] {
            zip.entryCount = count
            #expect(throws: ZipError.self) { try ZipArchive(InputBytes(zip.bytes)) }
        }
        let good = ZipBuilder(files: Self.files).bytes
        for count in [0, 1, 21, 22, 100, good.count - 1] {
            #expect(throws: ZipError.self) { try ZipArchive(InputBytes(Array(good.prefix(count)))) }
        }
        #expect(throws: ZipError.self) { try ZipArchive(InputBytes([0] + good)) }
        #expect(throws: ZipError.self) { try ZipArchive(InputBytes(good + [0])) }
    }

    /// Whatever is changed: it is refused, or what comes out has the promised checksum. Nothing traps.
    @Test func survivesMutations() throws {
        var generator = SeededGenerator(seed: 20_261_128)
        var small = ZipBuilder(files: Self.files.filter { $0.data.count < 100 })
        let seeds = [
            small.bytes,
            {
                small.is64 = true
                return small.bytes
            }(),
        ]
        var opened = 0
        for round in 0..<20_000 {
            var bytes = seeds[round % 2]
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &generator)
                case 1: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &generator) ?? 0
                case 2: bytes.remove(at: place)
                default: bytes.insert(UInt8.random(in: .min ... .max, using: &generator), at: place)
                }
            }
            guard let archive = try? ZipArchive(InputBytes(bytes)) else { continue }
            for entry in archive.entries {
                guard let contents = try? archive.contents(of: entry) else { continue }
                opened += 1
                #expect(contents.count == entry.size && ZipBuilder.crc(contents) == entry.crc)
                #expect(ZipEntry.fault(ofName: entry.name) == nil)
            }
        }
        #expect(opened > 1_000)
    }

    private func zip2<A, B>(_ left: [A], _ right: [B]) -> [(A, B)] { Array(zip(left, right)) }
}

extension ZipBuilder.File: CustomTestStringConvertible {
    var testDescription: String { "\(String(decoding: name, as: UTF8.self)) flags \(flags) method \(method)" }
}
