import Crypto
import Glibc

/// A file that is written from the beginning to the end, with what a manifest says of it.
final class OutputFile {
    private let name: String
    private let descriptor: Int32
    private let isOurs: Bool
    private var buffer: [UInt8] = []
    private var hash = SHA256()
    private(set) var lines = 0
    private(set) var byteCount = 0

    private static let chunk = 1 << 18

    /// A new file, which nobody else may read.
    /// - Throws: ``TransferError`` if there is one already.
    init(_ path: String) throws(TransferError) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(path, "cannot be written") }
        name = path
        isOurs = true
    }

    /// A stream that stays open.
    init(stream descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
        isOurs = false
    }

    deinit { if isOurs { close(descriptor) } }

    /// - Parameter line: without its line break.
    func write(line: [UInt8]) throws(TransferError) {
        buffer += line
        buffer.append(UInt8(ascii: "\n"))
        lines += 1
        byteCount += line.count + 1
        if buffer.count >= Self.chunk { try flush() }
    }

    /// The SHA-256 of all that was written, in hexadecimal.
    func digest() throws(TransferError) -> String {
        try flush()
        return HexText.of(hash.finalize())
    }

    func flush() throws(TransferError) {
        hash.update(data: buffer)
        if let number = writeAll(buffer[...], to: descriptor) { throw .system(name, "cannot be written", number) }
        buffer.removeAll(keepingCapacity: true)
    }
}

/// Bytes as lower-case hexadecimal digits.
enum HexText {
    private static let digits = Array("0123456789abcdef".utf8)

    static func of(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
