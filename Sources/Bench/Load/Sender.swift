import ChatClient
import NIOCore

/// The sending half of a socket.
final class Sender {
    private let template: SendTemplate
    /// Messages in flight in a closed loop: the next one is sent when one is acknowledged. 0: it is told when to send.
    private let depth: Int
    /// Messages still to be sent in a closed loop.
    private var remaining: Int
    private var nextNumber = 0
    private var inFlight = InFlight()

    init(_ template: SendTemplate, depth: Int, limit: Int = .max) {
        self.template = template
        self.depth = depth
        self.remaining = limit
    }

    /// Messages that were sent and not acknowledged.
    var unacknowledged: Int { inFlight.count }

    /// Whether it has nothing more to do.
    var isDone: Bool { unacknowledged == 0 && remaining == 0 }

    /// Begins the closed loop. What is written goes out with the socket's next flush.
    func start(on socket: ChatSocket, _ station: Station) {
        for _ in 0..<depth { sendNext(on: socket, station) }
    }

    /// Sends nothing more by itself.
    func stop() { remaining = 0 }

    func sendNext(on socket: ChatSocket, _ station: Station) {
        guard depth > 0, remaining > 0 else { return }
        remaining -= 1
        send(nextNumber, since: .now(), on: socket, station)
        nextNumber += 1
    }

    func send(_ number: Int, since: NIODeadline, on socket: ChatSocket, _ station: Station) {
        inFlight.sent(number, since: since)
        template.write(number, to: &station.scratch)
        socket.write(station.scratch)
    }

    /// - Returns: since when the message was under way; `nil` if this is not the ack that had to come.
    func acknowledged(_ fields: FrameFields) -> NIODeadline? {
        guard let number = template.number(in: fields.clientID) else { return nil }
        return inFlight.acknowledged(number, seq: fields.seq)
    }
}
