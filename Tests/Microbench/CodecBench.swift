import ChatRealtime
import NIOCore

/// Bytes to a command.
struct CodecBench {
    func run(_ table: inout Table) {
        let text = ByteBuffer(string: Sample.send)
        let frame = Sample.masked(Sample.send)
        table.measure("codec: unmask a frame of \(frame.readableBytes) bytes") {
            var reader = FrameReader(payloadLimit: 65_536)
            reader.append(frame)
            guard case .some = try? reader.next() else { preconditionFailure("The sample is a frame.") }
        }
        table.measure("codec: decode `send`") {
            guard case .success = ClientCommand.decode(text).command else {
                preconditionFailure("The sample is a command.")
            }
        }
    }
}
