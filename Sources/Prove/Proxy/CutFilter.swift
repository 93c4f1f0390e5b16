import NIOCore

/// Which requests of one connection can be cut. Decides; does no I/O.
struct CutFilter {
    private let target: ProxyControl.Target
    /// `nil` before the first bytes, which say whose connection it is.
    private var isTarget: Bool?

    init(_ target: ProxyControl.Target) { self.target = target }

    /// - Parameter bytes: what was read at once from the client.
    mutating func takes(_ bytes: ByteBuffer) -> Bool {
        guard case .commits(let program) = target else { return true }
        guard let isTarget else {
            isTarget = Self.isStart(bytes, of: program)
            return false
        }
        return isTarget && Self.endsTransaction(bytes)
    }

    /// PostgreSQL's manual, "Message Formats", StartupMessage: names and values, each ended by a zero.
    private static func isStart(_ bytes: ByteBuffer, of program: String) -> Bool {
        String(buffer: bytes).contains("\0application_name\0\(program)\0")
    }

    /// The same, Sync: a request that ends with it is whole, and its transaction is committed there.
    private static func endsTransaction(_ bytes: ByteBuffer) -> Bool {
        bytes.readableBytesView.suffix(5).elementsEqual([UInt8(ascii: "S"), 0, 0, 0, 4])
    }
}
