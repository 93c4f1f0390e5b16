import ChatClient
import NIOCore
import NIOHTTP1
import SeededRandom

/// Comes to a room, listens, leaves, and comes again. Confined to its event loop.
final class Visitor {
    private enum Step { case joining, listening, leaving, away, gone }

    private let follower: Follower
    private let line: Line
    private let http: HTTPClient
    private let token: String
    private let room: UInt16
    private var step = Step.away
    private var random: SeededGenerator
    private var isEnding = false

    init(follower: Follower, token: String, room: UInt16) {
        let stage = follower.line.stage
        self.follower = follower
        self.line = follower.line
        self.token = token
        self.room = room
        self.http = HTTPClient(
            ServerAddress(host: "127.0.0.1", port: stage.serverPort), on: stage.eventLoop, timeout: .seconds(30))
        self.random = SeededGenerator(seed: stage.seed, stream: 3000 + UInt64(line.client))
    }

    func start() {
        follower.start()
        join()
    }

    func hangUp() { line.hangUp() }

    func stop() { line.stop() }

    /// Leaves for good.
    func end() {
        isEnding = true
        if step == .listening { leave() }
        if step == .away { step = .gone }
    }

    var isDone: Bool { step == .gone }

    private func join() {
        guard step == .away else { return }
        step = .joining
        line.record(.join, room: room)
        ask(.PUT) {
            self.step = .listening
            self.follower.follow(self.room)
            if self.isEnding { return self.leave() }
            self.line.later(.milliseconds(.random(in: 500...5000, using: &self.random))) { self.leave() }
        }
    }

    private func leave() {
        guard step == .listening else { return }
        step = .leaving
        line.record(.leave, room: room)
        follower.forget(room)
        ask(.DELETE) {
            self.step = self.isEnding ? .gone : .away
            self.line.later(.milliseconds(.random(in: 200...2000, using: &self.random))) { self.join() }
        }
    }

    /// Repeats the request until the server says that it is done.
    private func ask(_ method: HTTPMethod, _ done: @escaping () -> Void) {
        let request = HTTPRequest(method, "/v1/rooms/\(line.stage.rooms[Int(room)])/members/me", token: token)
        http.answer(to: request).assumeIsolated().whenComplete { result in
            switch result.flatMap({ answer in Result { try answer.accepted() } }) {
            case .success: done()
            case .failure(let error):
                if case .refused(let status, let code, _, _) = error as? ClientFailure, status < 500 {
                    self.line.stage.complain("\(method) of a membership was answered \(status) \(code)")
                }
                self.line.later(.milliseconds(200)) { self.ask(method, done) }
            }
        }
    }
}
