import ChatClient
import ChatCore
import NIOCore
import NIOHTTP1
import SeededRandom

/// Sends messages with POST, some at a time, and each until it is acknowledged. Confined to its event loop.
final class Poster: Sender {
    private struct Letter {
        let message: UInt32
        let room: UInt16
    }

    private let client: UInt16
    private let stage: Stage
    private let token: String
    private let rate: Double
    private let http: HTTPClient
    private var random: SeededGenerator
    private var allowance = 0.0
    private var open = 0
    private var waiting: [Letter] = []
    /// On their way to `waiting`.
    private var paused = 0
    private var last: Letter?
    private var isEnding = false
    private var isOver = false

    private static let window = 8
    private static let period = TimeAmount.milliseconds(20)

    /// - Parameter rate: messages a second.
    init(client: UInt16, token: String, rate: Double, stage: Stage) {
        self.client = client
        self.stage = stage
        self.token = token
        self.rate = rate
        self.http = HTTPClient(
            ServerAddress(host: "127.0.0.1", port: stage.serverPort), on: stage.eventLoop, timeout: .seconds(20))
        self.random = SeededGenerator(seed: stage.seed, stream: 4000 + UInt64(client))
    }

    func start() { tick() }

    func end() { isEnding = true }

    var isDone: Bool { isEnding && open == 0 && paused == 0 && waiting.isEmpty }

    func hangUp() {}

    func stop() { isOver = true }

    private func tick() {
        guard !isOver else { return }
        allowance = min(allowance + rate * Double(Self.period.nanoseconds) / 1e9, Double(Self.window))
        while open < Self.window, let letter = waiting.popLast() { post(letter) }
        while open < Self.window, !isEnding, allowance >= 1 {
            allowance -= 1
            post(next())
        }
        stage.eventLoop.assumeIsolated().scheduleTask(in: Self.period) { self.tick() }
    }

    /// Something new, or now and then the last one again.
    private func next() -> Letter {
        if let last, Int.random(in: 0..<50, using: &random) == 0 { return last }
        return Letter(
            message: stage.recorder.newMessage(),
            room: UInt16.random(in: 0..<UInt16(stage.rooms.count), using: &random))
    }

    private func post(_ letter: Letter) {
        let attempt = stage.recorder.invoke(letter.message, client: client, room: letter.room, connection: 0)
        open += 1
        let since = NIODeadline.now()
        http.answer(to: request(letter)).assumeIsolated().whenComplete { result in
            self.open -= 1
            if result.isAnswer { self.stage.answerTimes.waited(since: since) }
            self.answered(letter, attempt, result)
        }
    }

    private func request(_ letter: Letter) -> HTTPRequest {
        var json = JSONWriter()
        json.object {
            $0.member("clientId", stage.script.clientID(of: letter.message))
            $0.member("body", stage.script.body(of: letter.message))
        }
        let path = "/v1/rooms/\(stage.rooms[Int(letter.room)])/messages"
        return HTTPRequest(.POST, path, token: token, json: json.bytes)
    }

    private func answered(
        _ letter: Letter, _ attempt: UInt32, _ result: Result<HTTPAnswer, any Error>
    ) {
        var record = Record(
            kind: .unknown, client: client, room: letter.room, connection: 0, message: letter.message,
            detail: attempt)
        switch result.flatMap({ answer in Result { try answer.accepted() } }) {
        case .success(let receipt):
            guard let seq = receipt.number("seq"), let duplicate = receipt.flag("duplicate") else {
                return stage.complain("a receipt without seq and duplicate")
            }
            (record.kind, record.flag, record.seq) = (.ack, duplicate, UInt32(clamping: seq))
            last = letter
        case .failure(let error):
            if case .refused(let status, let code, _, _) = error as? ClientFailure {
                stage.count("post refused: \(status) \(code)")
                let isUnknown = ["outcome_unknown", "internal_error"].contains(code)
                record.kind = isUnknown ? .unknown : .refused
                record.flag = status < 500 && status != 429
            } else {
                stage.count("post without an answer")
            }
            paused += 1
            stage.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(300)) {
                self.paused -= 1
                self.waiting.append(letter)
            }
        }
        stage.recorder.record(record)
    }
}

extension Result<HTTPAnswer, any Error> {
    /// Whether the server said anything, and did not just go away.
    fileprivate var isAnswer: Bool {
        if case .success = self { true } else { false }
    }
}
