import ChatCore

/// How a door writes what sockets are told: as frames of a WebSocket. What many sockets get is written once for all of them
/// that share a dialect.
package struct Dialect: Sendable, Hashable {
    private let id: Int
    let write: @Sendable (ServerFrame, inout FrameWriter) -> Void

    /// The native door's: one JSON object in one text frame.
    package static let native = Dialect(0) { frame, writer in
        writer.text { json in json.object { frame.writeMembers(&$0) } }
    }

    /// - Parameters:
    ///   - id: no other dialect's; 0 is the native one.
    ///   - write: appends any number of whole frames, or none for what the door does not tell.
    package init(_ id: Int, write: @escaping @Sendable (ServerFrame, inout FrameWriter) -> Void) {
        self.id = id
        self.write = write
    }

    package static func == (left: Dialect, right: Dialect) -> Bool { left.id == right.id }

    package func hash(into hasher: inout Hasher) { hasher.combine(id) }
}

/// A room's events in one dialect.
struct RoomStream: Hashable, Sendable {
    let room: RoomName
    let dialect: Dialect
}
