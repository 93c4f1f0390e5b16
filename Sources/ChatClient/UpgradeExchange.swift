import ChatCore
import NIOCore
import NIOHTTP1

/// The opening handshake of RFC 6455 as a client does it: bytes out, bytes in.
struct UpgradeExchange {
    enum Outcome: Equatable {
        case incomplete
        case accepted
        case refused(status: Int, code: String)
        case violated(String)
    }

    /// The example of RFC 6455, 1.3: a nonce only has to keep caches from mistaking an old answer for a new one, and no
    /// cache is asked here.
    private static let key = "dGhlIHNhbXBsZSBub25jZQ=="
    private static let acceptedKey = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    private static let limit = 64 * 1024

    private var received = ByteBuffer()

    static func request(to address: ServerAddress, token: String) -> ByteBuffer {
        ByteBuffer(
            string: """
                GET /v1/socket HTTP/1.1\r
                Host: \(address)\r
                Upgrade: websocket\r
                Connection: Upgrade\r
                Sec-WebSocket-Version: 13\r
                Sec-WebSocket-Key: \(key)\r
                Sec-WebSocket-Protocol: denwa.v1\r
                Authorization: Bearer \(token)\r
                \r\n
                """)
    }

    /// - Parameter bytes: what is left in it after ``Outcome/accepted`` are the first frames.
    mutating func receive(_ bytes: inout ByteBuffer) -> Outcome {
        received.writeBuffer(&bytes)
        guard let headBytes = endOfHead else {
            return received.readableBytes > Self.limit ? .violated("an answer that does not end") : .incomplete
        }
        let head = received.getString(at: received.readerIndex, length: headBytes) ?? ""
        let lines = head.split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
            return .violated("an answer that is not HTTP")
        }
        let headers = Self.headers(lines.dropFirst())
        guard status == 101 else { return refusal(status, headers, bodyAt: headBytes) }
        guard headers["sec-websocket-accept"] == Self.acceptedKey, headers["sec-websocket-protocol"] == "denwa.v1"
        else { return .violated("a handshake with another key or subprotocol") }
        received.moveReaderIndex(forwardBy: headBytes)
        bytes = received
        return .accepted
    }

    private func refusal(_ status: Int, _ headers: [String: String], bodyAt start: Int) -> Outcome {
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        guard length <= Self.limit, received.readableBytes - start < length else {
            let body = received.getBytes(at: received.readerIndex + start, length: length) ?? []
            let problem = try? HTTPAnswer(status: status, headers: [:], body: body).object()
            return .refused(status: status, code: problem?.text("code") ?? "")
        }
        return .incomplete
    }

    /// How many bytes the head has, with the empty line.
    private var endOfHead: Int? {
        received.withUnsafeReadableBytes { bytes in
            var index = 3
            while index < bytes.count {
                if bytes[index] == 0x0A, bytes[index - 1] == 0x0D, bytes[index - 2] == 0x0A { return index + 1 }
                index += 1
            }
            return nil
        }
    }

    private static func headers(_ lines: some Sequence<Substring>) -> [String: String] {
        var headers: [String: String] = [:]
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            headers[parts[0].lowercased()] = parts[1].split(separator: " ").joined(separator: " ")
        }
        return headers
    }
}
