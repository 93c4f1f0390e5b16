import ChatClient
import NIOConcurrencyHelpers
import NIOCore

/// What all clients of a run share.
final class Stage: Sendable {
    static let heartbeatSeconds = 5

    let seed: UInt64
    let script: Script
    let recorder: Recorder
    let answerTimes: AnswerTimes
    /// Where all clients run.
    let eventLoop: any EventLoop
    let serverPort: Int
    let proxyPort: Int
    /// Names, by number.
    let rooms: [String]
    /// Account ids, by number.
    let accountIDs: [Int64]
    private let notes = NIOLockedValueBox(Notes())

    private struct Notes {
        var complaints: [String] = []
        var counts: [String: Int] = [:]
    }

    init(
        seed: UInt64, recorder: Recorder, answerTimes: AnswerTimes, eventLoop: any EventLoop, serverPort: Int,
        proxyPort: Int, rooms: [String], accountIDs: [Int64]
    ) {
        self.seed = seed
        self.script = Script(seed: seed)
        self.recorder = recorder
        self.answerTimes = answerTimes
        self.eventLoop = eventLoop
        self.serverPort = serverPort
        self.proxyPort = proxyPort
        self.rooms = rooms
        self.accountIDs = accountIDs
        self.roomNumbers = Dictionary(uniqueKeysWithValues: rooms.enumerated().map { ($1, UInt16($0)) })
        self.accountNumbers = Dictionary(uniqueKeysWithValues: accountIDs.enumerated().map { ($1, UInt16($0)) })
    }

    private let roomNumbers: [String: UInt16]
    private let accountNumbers: [Int64: UInt16]

    func room(_ name: String) -> UInt16? { roomNumbers[name] }

    func account(_ id: Int64) -> UInt16? { accountNumbers[id] }

    /// Something that the server must not do, and that the history cannot show.
    func complain(_ what: String) {
        notes.withLockedValue { notes in
            notes.counts[what, default: 0] += 1
            if !notes.complaints.contains(what), notes.complaints.count < 50 { notes.complaints.append(what) }
        }
    }

    /// Something worth a number in the report.
    func count(_ what: String) { notes.withLockedValue { $0.counts[what, default: 0] += 1 } }

    var complaints: [String] { notes.withLockedValue { $0.complaints } }

    var counts: [String: Int] { notes.withLockedValue { $0.counts } }
}
