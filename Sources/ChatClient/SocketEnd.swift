/// Why a socket is over.
package enum SocketEnd: Sendable, Equatable {
    /// The server did not open it; its answer, with the code of the problem if it has one.
    case refused(status: Int, code: String)
    /// The server sent a close frame; 1005 stands for one without a code.
    case closed(code: UInt16, reason: String)
    /// The connection broke, or never came about.
    case lost(String)
    /// The server broke the protocol.
    case violated(String)
    /// We did it.
    case dropped
}

/// Who is told what a ``ChatSocket`` receives: on its event loop, in order.
package protocol ChatSocketObserver: AnyObject {
    /// The handshake was accepted. Frames may be sent now.
    func opened(_ socket: ChatSocket)
    /// One text message. The bytes are valid during the call only.
    func received(_ message: UnsafeRawBufferPointer, on socket: ChatSocket)
    /// Always the last call, and always made.
    func ended(_ socket: ChatSocket, _ end: SocketEnd)
}
