import ChatCore
import NIOCore

/// Consecutive events of a room, each encoded once as whole frames, for every socket that they reach in a dialect.
struct EventRun: Sendable {
    let room: RoomName
    let dialect: Dialect
    /// The seq of the first event; above `last` if there is none.
    let first: Int64
    let last: Int64
    private let frames: ByteBuffer
    /// Where the frame of `first + n` begins.
    private let offsets: [Int]

    /// What a native frame's JSON begins with; the rest is the event's own members.
    private static let opening = #"{"type":"event","#.utf8.count

    init(_ room: RoomName, _ events: some Collection<Event>, in dialect: Dialect = .native) {
        var writer = FrameWriter(capacity: 512 * events.count)
        var offsets: [Int] = []
        offsets.reserveCapacity(events.count)
        var last: Int64?
        for event in events {
            offsets.append(writer.count)
            dialect.write(.event(event), &writer)
            last = event.seq
        }
        self.room = room
        self.dialect = dialect
        self.first = events.first?.seq ?? 1
        self.last = last ?? 0
        self.frames = writer.buffer
        self.offsets = offsets
    }

    /// Runs that follow each other without a hole, from `above` on. A part of one run shares its memory.
    init(_ stream: RoomStream, joining runs: some Sequence<EventRun>, above: Int64) {
        var frames = ByteBuffer()
        var offsets: [Int] = []
        var last = above
        for run in runs where run.last > last {
            // Events that nobody is told of have no bytes: places say nothing of how many are left out.
            let skipped = min(max(0, Int(clamping: last - run.first) + 1), run.count)
            let shift = frames.writerIndex - run.start(above: last)
            let part = run.frames(above: last)
            if frames.writerIndex == 0 { frames = part } else { frames.writeImmutableBuffer(part) }
            offsets += run.offsets[skipped...].map { $0 + shift }
            last = run.last
        }
        self.room = stream.room
        self.dialect = stream.dialect
        self.first = above + 1
        self.last = last
        self.frames = frames
        self.offsets = offsets
    }

    var stream: RoomStream { RoomStream(room: room, dialect: dialect) }
    /// How many events there are.
    var count: Int { offsets.count }
    /// Memory that the frames take.
    var byteCount: Int { frames.readableBytes }

    /// The frames of the events above `seq`.
    func frames(above seq: Int64) -> ByteBuffer {
        let start = start(above: seq)
        guard start > 0 else { return frames }
        return frames.getSlice(at: start, length: frames.writerIndex - start) ?? ByteBuffer()
    }

    private func start(above seq: Int64) -> Int {
        guard seq >= first else { return 0 }
        let skipped = Int(clamping: seq - first) + 1
        return skipped < offsets.count ? offsets[skipped] : frames.writerIndex
    }

    /// Appends the events as elements of a JSON array, as history has them: for the native dialect.
    func writeObjects(to json: inout JSONWriter) {
        frames.withUnsafeReadableBytes { bytes in
            for (index, offset) in offsets.enumerated() {
                let end = index + 1 < offsets.count ? offsets[index + 1] : bytes.count
                let header =
                    switch bytes[offset + 1] {
                    case ..<126: 2
                    case 126: 4
                    default: 10
                    }
                if index > 0 { json.bytes.append(UInt8(ascii: ",")) }
                json.bytes.append(UInt8(ascii: "{"))
                json.bytes.append(
                    contentsOf: UnsafeRawBufferPointer(rebasing: bytes[(offset + header + Self.opening)..<end]))
            }
        }
    }
}
