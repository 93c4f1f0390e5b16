import ChatClient

/// A socket's `send` commands: all that changes from one to the next is the number at the end of the client id.
struct SendTemplate: Sendable {
    private let start: [UInt8]
    private let end: [UInt8]
    /// What the socket's client ids begin with.
    let clientIDPrefix: [UInt8]

    /// - Parameters:
    ///   - sender: part of the client ids; unique in the run.
    ///   - body: the text's length in bytes.
    init(room: String, sender: String, body: Int) {
        self.clientIDPrefix = Array("\(sender)-".utf8)
        self.start = Array(#"{"type":"send","room":"\#(room)","clientId":""#.utf8) + clientIDPrefix
        let words = "the quick brown fox jumps over the lazy dog; "
        let text = String(repeating: words, count: body / words.utf8.count + 1).prefix(max(body, 1))
        self.end = Array(#"","body":"\#(text)"}"#.utf8)
    }

    /// Puts the command of message `number` into `buffer`.
    func write(_ number: Int, to buffer: inout [UInt8]) {
        buffer.removeAll(keepingCapacity: true)
        buffer.append(contentsOf: start)
        Self.appendDigits(of: number, to: &buffer)
        buffer.append(contentsOf: end)
    }

    /// - Returns: the number in a client id of this socket.
    func number(in clientID: UnsafeRawBufferPointer) -> Int? {
        let matches = clientIDPrefix.withUnsafeBytes { prefix in
            clientID.count > prefix.count
                && UnsafeRawBufferPointer(rebasing: clientID[..<prefix.count]).isEqual(to: prefix)
        }
        guard matches else { return nil }
        return UnsafeRawBufferPointer(rebasing: clientID[clientIDPrefix.count...]).integer.map { Int($0) }
    }

    /// - Returns: the number in a client id of any socket.
    static func number(in clientID: UnsafeRawBufferPointer) -> Int? {
        guard let hyphen = clientID.lastIndex(of: UInt8(ascii: "-")) else { return nil }
        return UnsafeRawBufferPointer(rebasing: clientID[(hyphen + 1)...]).integer.map { Int($0) }
    }

    private static func appendDigits(of number: Int, to buffer: inout [UInt8]) {
        let first = buffer.count
        var rest = number
        repeat {
            buffer.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        buffer[first...].reverse()
    }
}
