import ChatClient
import ChatCore
import NIOCore

/// Reads what lies in gaps from the history, page by page, until it has it. Confined to its event loop.
final class GapReader {
    private let line: Line
    private let token: String
    /// `nil` asks over the socket.
    private let http: HTTPClient?
    private var waiting: [(room: UInt16, seqs: ClosedRange<Int64>)] = []
    private var isReading = false
    /// Of the question that is not answered yet; answers to older ones do not count.
    private var question = 0

    private static let page: Int64 = 200

    /// - Parameter overHTTP: whether to ask with GET; otherwise with `history` on the socket.
    init(line: Line, token: String, overHTTP: Bool) {
        let stage = line.stage
        self.line = line
        self.token = token
        self.http =
            overHTTP
            ? HTTPClient(
                ServerAddress(host: "127.0.0.1", port: stage.serverPort), on: stage.eventLoop, timeout: .seconds(15))
            : nil
    }

    var isIdle: Bool { waiting.isEmpty && !isReading }

    func read(_ room: UInt16, _ seqs: ClosedRange<Int64>) {
        waiting.append((room, seqs))
        readOn()
    }

    /// The socket has been replaced: what was asked on the old one is asked again.
    func reconnected() {
        guard http == nil else { return }
        isReading = false
        readOn()
    }

    /// An answer that came over the socket; without events if it was an error.
    func answered(_ frame: JSONObject) {
        guard frame.text("ref") == ref, isReading else { return }
        took(frame.objects("events"))
    }

    private var ref: String { "h\(question)" }

    private func readOn() {
        guard !isReading, let next = waiting.first else { return }
        let position = next.seqs.lowerBound - 1
        question += 1
        guard let http else { return ask(next.room, position) }
        isReading = true
        let request = ChatAPI.eventsRequest(
            in: line.stage.rooms[Int(next.room)], .after(position), limit: Int(Self.page), token: token)
        http.answer(to: request).assumeIsolated().whenComplete { result in
            self.took(try? result.get().accepted().objects("events"))
        }
    }

    private func ask(_ room: UInt16, _ position: Int64) {
        guard line.isConnected else { return }
        isReading = true
        line.send {
            $0.member("type", "history")
            $0.member("ref", ref)
            $0.member("room", line.stage.rooms[Int(room)])
            $0.member("after", position)
            $0.member("limit", Self.page)
        }
        line.flush()
    }

    /// - Parameter events: `nil` if they were not to be had.
    private func took(_ events: [JSONObject]?) {
        isReading = false
        guard let events, !events.isEmpty, let next = waiting.first else {
            line.stage.count("pages that had to be asked for again")
            return line.later(.milliseconds(200)) { self.readOn() }
        }
        let last = record(events, of: next.room, within: next.seqs)
        if last >= next.seqs.upperBound {
            waiting.removeFirst()
        } else {
            waiting[0].seqs = last + 1...next.seqs.upperBound
        }
        readOn()
    }

    /// - Returns: the highest seq among the events.
    private func record(_ events: [JSONObject], of room: UInt16, within seqs: ClosedRange<Int64>) -> Int64 {
        var last = seqs.lowerBound - 1
        for event in events {
            guard let shown = Shown(event, on: line.stage) else {
                line.stage.complain("an event in the history that is not as documented")
                continue
            }
            last = max(last, Int64(shown.seq))
            if seqs.contains(Int64(shown.seq)) { line.record(.pulled, room: room) { shown.fill(&$0) } }
        }
        return last
    }
}
