import ChatClient
import ChatCore
import NIOCore

/// Follows rooms from a position, over any number of connections, and reads what lies in gaps. Confined to its event loop.
final class Follower: LineUser {
    private struct Place {
        /// Everything up to here has come, or lies in a gap.
        var position: Int64?
        /// The number of the question on this connection that is not answered yet.
        var question: Int?
        var isAsked: Bool { question != nil }
        /// Heartbeats in a row that told of more than had come.
        var lags = 0
    }

    let line: Line
    private let stage: Stage
    private let gaps: GapReader
    /// Most events that are streamed after a break; `nil` is the server's own bound.
    private let limit: Int64?
    private var places: [UInt16: Place] = [:]
    private var lastQuestion = 0
    /// The database that the positions belong to.
    private var epoch: String?

    /// - Parameter token: the session's, for reading gaps.
    init(line: Line, token: String, limit: Int64?) {
        self.line = line
        self.stage = line.stage
        self.limit = limit
        self.gaps = GapReader(line: line, token: token, overHTTP: line.client % 2 == 0)
    }

    func start() {
        line.start(self)
        watch()
    }

    private func watch() {
        line.tick()
        line.later(.seconds(1)) { self.watch() }
    }

    /// Begins to follow a room, from now on.
    func follow(_ room: UInt16) {
        places[room] = Place()
        if line.isConnected { subscribe(room) }
    }

    /// Stops it, because the account leaves.
    func forget(_ room: UInt16) { places[room] = nil }

    /// Whether everything up to the heads has come.
    func isComplete(_ heads: [UInt16: Int64]) -> Bool {
        gaps.isIdle && places.allSatisfy { ($1.position ?? 0) >= heads[$0] ?? 0 }
    }

    // MARK: - Frames

    func connected(_ line: Line, _ hello: JSONObject) {
        let now = hello.text("epoch")
        if now == nil || (epoch != nil && epoch != now) { stage.complain("the epoch is another one") }
        epoch = now
        gaps.reconnected()
        for room in places.keys.sorted() { subscribe(room) }
    }

    func disconnected(_ line: Line) {
        for room in places.keys { places[room]?.question = nil }
    }

    private func subscribe(_ room: UInt16) {
        guard let place = places[room], line.isConnected, !place.isAsked else { return }
        lastQuestion += 1
        places[room]?.question = lastQuestion
        line.record(.subscribe, room: room) {
            $0.flag = place.position == nil
            $0.seq = UInt32(clamping: place.position ?? 0)
        }
        line.send {
            $0.member("type", "subscribe")
            $0.member("ref", String(lastQuestion))
            $0.member("room", stage.rooms[Int(room)])
            if let position = place.position {
                $0.member("after", position)
                $0.member("epoch", epoch)
                if let limit { $0.member("limit", limit) }
            } else {
                $0.member("last", 0)
            }
        }
        line.flush()
    }

    func received(_ type: String, _ frame: JSONObject, on line: Line) {
        if type == "heartbeat" { return heartbeat(frame) }
        if type == "history" { return gaps.answered(frame) }
        if type == "error" { return refused(frame) }
        guard let room = frame.text("room").flatMap({ stage.room($0) }) else {
            return stage.complain("a frame `\(type)` of a room that nobody follows")
        }
        switch type {
        case "event": event(frame, room)
        case "subscribed": subscribed(frame, room)
        case "behind": behind(frame, room)
        case "unsubscribed":
            line.record(.unsubscribed, room: room) { $0.flag = frame.text("reason") == "left" }
            places[room]?.question = nil
        default: stage.complain("a follower was sent `\(type)`")
        }
    }

    private func subscribed(_ frame: JSONObject, _ room: UInt16) {
        guard let after = frame.number("after") else { return stage.complain("`subscribed` without `after`") }
        places[room]?.question = nil
        for gap in frame.objects("gaps") ?? [] { announced(gap, room, isBehind: false) }
        line.record(.subscribed, room: room) { $0.seq = UInt32(clamping: after) }
        places[room]?.position = after
        places[room]?.lags = 0
    }

    private func behind(_ frame: JSONObject, _ room: UInt16) {
        announced(frame, room, isBehind: true)
        advance(room, to: frame.number("to") ?? 0)
    }

    private func announced(_ gap: JSONObject, _ room: UInt16, isBehind: Bool) {
        guard let from = gap.number("from"), let to = gap.number("to"), from <= to,
            gap.number("count") == to - from + 1
        else { return stage.complain("a gap without a sensible from, to and count") }
        stage.count(isBehind ? "gaps of readers that fell behind" : "gaps at a subscription")
        line.record(.gap, room: room) {
            $0.flag = isBehind
            $0.seq = UInt32(clamping: from)
            $0.detail = UInt32(clamping: to)
        }
        gaps.read(room, from...to)
    }

    private func event(_ frame: JSONObject, _ room: UInt16) {
        // It belongs to a stream that a new subscription is about to replace; that one will bring it again.
        if places[room]?.isAsked == true { return }
        guard let shown = Shown(frame, on: stage) else { return stage.complain("an event that is not as documented") }
        line.record(.deliver, room: room) { shown.fill(&$0) }
        advance(room, to: Int64(shown.seq))
    }

    private func advance(_ room: UInt16, to seq: Int64) {
        guard var place = places[room] else { return }
        place.position = max(place.position ?? 0, seq)
        places[room] = place
    }

    /// Whoever holds less than a head for more than a few seconds asks again with their position.
    private func heartbeat(_ frame: JSONObject) {
        guard let heads = frame.object("heads") else { return stage.complain("a heartbeat without heads") }
        for (room, place) in places where !place.isAsked {
            guard let position = place.position, let head = heads.number(stage.rooms[Int(room)]) else { continue }
            places[room]?.lags = head > position ? place.lags + 1 : 0
            if place.lags >= 2 {
                stage.count("streams that stood still and were asked for again")
                places[room]?.lags = 0
                subscribe(room)
            }
        }
    }

    private func refused(_ frame: JSONObject) {
        if frame.text("ref")?.hasPrefix("h") == true { return gaps.answered(frame) }
        let code = frame.text("code") ?? "none"
        stage.count("subscribe refused: \(code)")
        // Who has left or asked anew meanwhile is told that the first question was overtaken.
        guard let question = frame.text("ref").flatMap({ Int($0) }),
            let room = places.first(where: { $1.question == question })?.key
        else { return }
        places[room]?.question = nil
        guard frame.flag("retryable") == true || code == "internal_error" else {
            return stage.complain("the server refused a good subscription with \(code)")
        }
        let pause = TimeAmount.milliseconds(min(max(frame.number("retryAfterMs") ?? 200, 50), 1000))
        line.later(pause) { self.subscribe(room) }
    }
}
