import ChatClient
import NIOCore
import SeededRandom

/// All clients of a run. Confined to their event loop; the rest of the run calls ``CrowdControl``.
final class Crowd {
    private var writers: [any Sender] = []
    private var readers: [Follower] = []
    private var visitors: [Visitor] = []

    /// Makes the clients: first the writers, every fourth of which sends with POST, then the readers, then the visitors,
    /// as in `logins`.
    init(stage: Stage, options: ProveOptions, logins: [ChatAPI.Login]) {
        let rate = Double(options.rate) / Double(options.writers)
        for (number, login) in logins.enumerated() {
            let client = UInt16(number)
            let viaProxy = number % 2 == 0
            switch number {
            case ..<options.writers where number % 4 == 3:
                writers.append(Poster(client: client, token: login.token, rate: rate, stage: stage))
            case ..<options.writers:
                let line = Line(client: client, token: login.token, viaProxy: viaProxy, stage: stage)
                writers.append(Writer(line: line, rate: rate))
            case ..<(options.writers + options.readers):
                readers.append(reader(client, login, viaProxy, stage))
            default:
                let line = Line(client: client, token: login.token, viaProxy: viaProxy, stage: stage)
                let follower = Follower(line: line, token: login.token, limit: nil)
                visitors.append(Visitor(follower: follower, token: login.token, room: client % UInt16(options.rooms)))
            }
        }
    }

    /// Two thirds want little at once, so that they get gaps; half have small buffers, so that they fall behind.
    private func reader(_ client: UInt16, _ login: ChatAPI.Login, _ viaProxy: Bool, _ stage: Stage) -> Follower {
        let line = Line(
            client: client, token: login.token, viaProxy: viaProxy, receiveBuffer: client % 2 == 0 ? 16_384 : nil,
            stage: stage)
        let limits: [Int64?] = [100, 20, nil]
        let reader = Follower(line: line, token: login.token, limit: limits[Int(client % 3)])
        for room in Crowd.rooms(of: client, outOf: stage.rooms.count) { reader.follow(room) }
        return reader
    }

    /// A reader follows two rooms.
    static func rooms(of reader: UInt16, outOf count: Int) -> Set<UInt16> {
        [reader % UInt16(count), (reader / UInt16(count) + reader + 1) % UInt16(count)]
    }

    func start() {
        writers.forEach { $0.start() }
        readers.forEach { $0.start() }
        visitors.forEach { $0.start() }
    }

    func endWriting() {
        writers.forEach { $0.end() }
        visitors.forEach { $0.end() }
        readers.forEach { $0.line.goOn() }
    }

    var isWritten: Bool { writers.allSatisfy { $0.isDone } && visitors.allSatisfy { $0.isDone } }

    func isRead(_ heads: [UInt16: Int64]) -> Bool { readers.allSatisfy { $0.isComplete(heads) } }

    func stop() {
        writers.forEach { $0.stop() }
        readers.forEach { $0.line.stop() }
        visitors.forEach { $0.stop() }
    }

    // MARK: - Faults

    /// Some of the readers take nothing for a time.
    func stallReaders(for time: TimeAmount, using random: inout SeededGenerator) {
        for reader in readers where Bool.random(using: &random) { reader.line.stall(for: time) }
    }

    /// Everybody hangs up.
    func hangUp() {
        writers.forEach { $0.hangUp() }
        readers.forEach { $0.line.hangUp() }
        visitors.forEach { $0.hangUp() }
    }
}

/// The crowd, from outside of its event loop.
struct CrowdControl: Sendable {
    private let crowd: NIOLoopBound<Crowd>

    static func make(stage: Stage, options: ProveOptions, logins: [ChatAPI.Login]) async throws -> CrowdControl {
        try await stage.eventLoop.submit {
            CrowdControl(
                crowd: NIOLoopBound(
                    Crowd(stage: stage, options: options, logins: logins), eventLoop: stage.eventLoop))
        }.get()
    }

    @discardableResult
    func run<T: Sendable>(_ body: @escaping @Sendable (Crowd) -> T) async throws -> T {
        try await crowd.eventLoop.submit { body(crowd.value) }.get()
    }
}
