import ChatClient
import ChatCore
import NIOCore

/// Reads what lies in gaps from the history, page by page, until it has it. Confined to its event loop.
final class GapReader {
    private let session: Session
    private let token: String
    private let http: HTTPClient
    private var waiting: [(room: UInt16, seqs: ClosedRange<Int64>)] = []
    private var isReading = false

    private static let page = 200

    init(session: Session, token: String) {
        let stage = session.stage
        self.session = session
        self.token = token
        self.http = HTTPClient(
            ServerAddress(host: "127.0.0.1", port: stage.serverPort), on: stage.eventLoop, timeout: .seconds(15))
    }

    var isIdle: Bool { waiting.isEmpty && !isReading }

    func read(_ room: UInt16, _ seqs: ClosedRange<Int64>) {
        waiting.append((room, seqs))
        readOn()
    }

    private func readOn() {
        guard !isReading, let next = waiting.first else { return }
        isReading = true
        let request = ChatAPI.eventsRequest(
            in: session.stage.rooms[Int(next.room)], .after(next.seqs.lowerBound - 1), limit: Self.page, token: token)
        http.answer(to: request).assumeIsolated().whenComplete { result in
            self.isReading = false
            guard let events = try? result.get().accepted().objects("events"), !events.isEmpty else {
                self.session.stage.count("pages that had to be asked for again")
                return self.session.later(.milliseconds(200)) { self.readOn() }
            }
            self.took(events, of: next.room, next.seqs)
            self.readOn()
        }
    }

    private func took(_ events: [JSONObject], of room: UInt16, _ seqs: ClosedRange<Int64>) {
        var last = seqs.lowerBound - 1
        for event in events {
            guard let shown = Shown(event, on: session.stage) else {
                session.stage.complain("an event in the history that is not as documented")
                continue
            }
            last = max(last, Int64(shown.seq))
            guard seqs.contains(Int64(shown.seq)) else { continue }
            session.record(.pulled, room: room) { shown.fill(&$0) }
        }
        if last >= seqs.upperBound {
            waiting.removeFirst()
        } else {
            waiting[0].seqs = last + 1...seqs.upperBound
        }
    }
}
