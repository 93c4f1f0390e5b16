import ChatClient
import ChatCore
import NIOCore
import SeededRandom

/// Sends messages to all rooms, several at a time, and each until it is acknowledged. Confined to its event loop.
///
/// What has been acknowledged is sent again now and then, also long after.
final class Writer: LineUser, Sender {
    private struct Flight {
        let message: UInt32
        let room: UInt16
        let since: NIODeadline
    }

    private let line: Line
    private let stage: Stage
    /// Messages a second.
    private let rate: Double
    private var random: SeededGenerator
    /// By attempt.
    private var flights: [UInt32: Flight] = [:]
    /// To be sent again, before anything new.
    private var waiting: [(message: UInt32, room: UInt16, after: NIODeadline)] = []
    /// Some of what was acknowledged, to be sent again.
    private var past: [(message: UInt32, room: UInt16)] = []
    private var allowance = 0.0
    private var isEnding = false

    private static let window = 24
    private static let period = TimeAmount.milliseconds(10)
    /// A server that has not answered by then has lost the message, as far as the sender can know.
    private static let patience = TimeAmount.seconds(20)
    private static let pastLimit = 2000

    init(line: Line, rate: Double) {
        self.line = line
        self.stage = line.stage
        self.rate = rate
        self.random = SeededGenerator(seed: stage.seed, stream: 2000 + UInt64(line.client))
    }

    func start() {
        line.start(self)
        tick()
    }

    func end() { isEnding = true }

    var isDone: Bool { isEnding && flights.isEmpty && waiting.isEmpty }

    func hangUp() { line.hangUp() }

    func stop() { line.stop() }

    // MARK: - Sending

    private func tick() {
        line.tick()
        allowance = min(allowance + rate * Double(Self.period.nanoseconds) / 1e9, Double(Self.window))
        if line.isConnected {
            retry()
            if !isEnding { sendNew() }
            line.flush()
            if let lost = flights.values.first(where: { $0.since + Self.patience < .now() }) {
                stage.count("sends without an answer in \(Self.patience.nanoseconds / 1_000_000_000) s")
                if line.isDirect { stage.answerTimes.waited(since: lost.since) }
                line.hangUp()
            }
        }
        line.later(Self.period) { self.tick() }
    }

    private func retry() {
        let now = NIODeadline.now()
        while flights.count < Self.window, let index = waiting.firstIndex(where: { $0.after <= now }) {
            let next = waiting.remove(at: index)
            send(next.message, next.room)
        }
    }

    private func sendNew() {
        while allowance >= 1, flights.count < Self.window {
            allowance -= 1
            if !past.isEmpty, Int.random(in: 0..<50, using: &random) == 0 {
                let again = past[Int.random(in: 0..<past.count, using: &random)]
                send(again.message, again.room)
            } else {
                send(stage.recorder.newMessage(), UInt16.random(in: 0..<UInt16(stage.rooms.count), using: &random))
            }
        }
    }

    private func send(_ message: UInt32, _ room: UInt16) {
        let attempt = stage.recorder.invoke(
            message, client: line.client, room: room, connection: line.connection)
        flights[attempt] = Flight(message: message, room: room, since: .now())
        line.send {
            $0.member("type", "send")
            $0.member("ref", String(attempt))
            $0.member("room", stage.rooms[Int(room)])
            $0.member("clientId", stage.script.clientID(of: message))
            $0.member("body", stage.script.body(of: message))
        }
    }

    // MARK: - Answers

    func connected(_ line: Line, _ hello: JSONObject) {}

    func received(_ type: String, _ frame: JSONObject, on line: Line) {
        switch type {
        case "ack": acked(frame)
        case "error": refused(frame)
        case "heartbeat": break
        default: stage.complain("a writer was sent `\(type)`")
        }
    }

    private func flight(_ frame: JSONObject) -> (UInt32, Flight)? {
        guard let attempt = frame.text("ref").flatMap({ UInt32($0) }), let flight = flights.removeValue(forKey: attempt)
        else {
            stage.complain("an answer to nothing")
            return nil
        }
        if line.isDirect { stage.answerTimes.waited(since: flight.since) }
        return (attempt, flight)
    }

    private func acked(_ frame: JSONObject) {
        guard let (attempt, flight) = flight(frame) else { return }
        guard let seq = frame.number("seq"), let duplicate = frame.flag("duplicate"),
            frame.text("room") == stage.rooms[Int(flight.room)],
            frame.text("clientId") == stage.script.clientID(of: flight.message)
        else { return stage.complain("an ack that does not fit what was sent") }
        line.record(.ack, room: flight.room) {
            $0.flag = duplicate
            $0.message = flight.message
            $0.seq = UInt32(clamping: seq)
            $0.detail = attempt
        }
        remember(flight)
    }

    private func remember(_ flight: Flight) {
        if past.count < Self.pastLimit {
            past.append((flight.message, flight.room))
        } else if Int.random(in: 0..<20, using: &random) == 0 {
            past[Int.random(in: 0..<Self.pastLimit, using: &random)] = (flight.message, flight.room)
        }
    }

    private func refused(_ frame: JSONObject) {
        guard let (attempt, flight) = flight(frame) else { return }
        let code = frame.text("code") ?? "none"
        stage.count("send refused: \(code)")
        line.record(code == "outcome_unknown" || code == "internal_error" ? .unknown : .refused, room: flight.room) {
            $0.flag = frame.flag("retryable") == false && code != "internal_error"
            $0.message = flight.message
            $0.detail = attempt
        }
        let pause = TimeAmount.milliseconds(min(max(frame.number("retryAfterMs") ?? 200, 50), 1000))
        waiting.append((flight.message, flight.room, .now() + pause))
    }

    /// In the order in which it was sent, so that a room keeps it.
    func disconnected(_ line: Line) {
        let lost = flights.sorted { $0.key < $1.key }.map { ($0.value.message, $0.value.room, NIODeadline.now()) }
        flights = [:]
        waiting = lost + waiting
    }
}
