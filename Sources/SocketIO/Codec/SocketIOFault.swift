/// What a client may not send on Socket.IO. The connection ends with it.
package struct SocketIOFault: Error, Equatable, CustomStringConvertible {
    /// An English sentence with the cause, and one with the cure.
    package let description: String

    init(_ description: String) { self.description = description }
}
