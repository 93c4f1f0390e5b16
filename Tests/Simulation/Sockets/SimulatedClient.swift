import ChatCore
import ChatRealtime
import NIOCore
import NIOEmbedded

/// A client that remembers what it was promised.
final class SimulatedClient {
    private enum Asked {
        case subscribe(RoomName, after: Int64?)
        case unsubscribe
        case send
        case history
        case read
    }

    let account: Account
    let wire = SimulatedWire()
    let channel: EmbeddedChannel
    private let rooms: SimulatedRooms
    private var lastRef = 0
    private var open: [String: Asked] = [:]
    /// Up to where the client has each room that it follows, with gaps that it knows of.
    private var positions: [RoomName: Int64] = [:]
    private(set) var faults: [String] = []

    init(
        _ account: Account, _ rooms: SimulatedRooms, _ environment: SocketSession.Environment,
        on loop: EmbeddedEventLoop
    ) {
        self.account = account
        self.rooms = rooms
        let session = Session(
            id: SessionID(rawValue: account.id.rawValue), account: account, createdAt: Timestamp(microseconds: 0),
            expiresAt: Timestamp(microseconds: .max), role: .member)
        let greeting = Greeting(epoch: "e", account: account, rooms: [])
        let socket = WebSocket(
            .init(messageBytes: 65_536), unreadBytes: SimulatedWire.unreadBytes,
            SocketSession(session, greeting: greeting, environment: environment))
        channel = EmbeddedChannel(handlers: [wire, socket], loop: loop)
        channel.read()
    }

    var isSettled: Bool { open.isEmpty }

    func isLevel(with room: RoomName, head: Int64) -> Bool { positions[room].map { $0 == head } ?? true }

    func follows(_ room: RoomName) -> Bool { positions[room] != nil }

    // MARK: - Asking

    func ask(_ names: [RoomName], _ random: SimulationRandom) {
        guard wire.wantsInput, !wire.isClosed else { return }
        let commands = (0..<1 + random.below(3)).map { _ in command(in: names[random.below(names.count)], random) }
        wire.deliver(commands, to: channel)
    }

    private func command(in room: RoomName, _ random: SimulationRandom) -> String {
        lastRef += 1
        let ref = "\(lastRef)"
        let start = #"{"ref":"\#(ref)","room":"\#(room)","type":"#
        switch random.below(12) {
        case 0, 1:
            open[ref] = .subscribe(room, after: nil)
            return start + #""subscribe","last":\#(random.below(5))}"#
        case 2, 3:
            let after = max(0, (positions[room] ?? Int64(random.below(200))) - Int64(random.below(20)))
            open[ref] = .subscribe(room, after: after)
            let limit = random.chance(of: 50) ? #","limit":\#(random.below(20))"# : ""
            return start + #""subscribe","after":\#(after)\#(limit)}"#
        case 4:
            open[ref] = .unsubscribe
            return start + #""unsubscribe"}"#
        case 5:
            open[ref] = .history
            return start + #""history","limit":\#(1 + random.below(30))}"#
        case 6:
            open[ref] = .read
            return start + #""read","seq":\#(random.below(300))}"#
        default:
            open[ref] = .send
            return start
                + #""send","clientId":"\#(ref)","body":"\#(String(repeating: "x", count: random.below(300) + 1))"}"#
        }
    }

    // MARK: - Hearing

    func listen() {
        for frame in wire.take() {
            do { try hear(frame) } catch { faults.append("a frame is as documented: \(error)") }
        }
        faults += wire.faults
    }

    private func hear(_ frame: JSONObject) throws {
        let type = try frame.string("type")
        if let ref = try frame.optionalString("ref") {
            guard let asked = open.removeValue(forKey: ref) else {
                return faults.append("\(type) answers \(ref), which is answered or was not asked")
            }
            check(type, answers: asked)
            if case .subscribe(let room, let after) = asked {
                if type == "subscribed" { try start(frame, after) } else { try fail(frame, room) }
            }
        } else if ["subscribed", "ack", "history"].contains(type) {
            faults.append("\(type) without ref")
        }
        switch type {
        case "event": try follow(frame)
        case "behind": try jump(frame)
        case "unsubscribed": positions[try room(of: frame)] = nil
        default: break
        }
    }

    private func check(_ type: String, answers asked: Asked) {
        let right =
            switch asked {
            case .subscribe: type == "subscribed" || type == "error"
            case .unsubscribe: type == "unsubscribed" || type == "error"
            case .send: type == "ack" || type == "error"
            case .history: type == "history" || type == "error"
            case .read: type == "read" || type == "error"
            }
        if !right { faults.append("\(type) answers \(asked)") }
    }

    private func start(_ frame: JSONObject, _ asked: Int64?) throws {
        let name = try room(of: frame)
        let after = try integer("after", of: frame)
        positions[name] = after
        guard case .array(let gaps) = frame["gaps"] else { return faults.append("subscribed has gaps") }
        guard let asked else { return }
        guard case .object(let gap) = gaps.first else {
            if after != asked { faults.append("asked after \(asked), got after \(after) without a gap") }
            return
        }
        let (from, to) = (try integer("from", of: gap), try integer("to", of: gap))
        if from != asked + 1 || to != after || to < from { faults.append("a gap of \(from)…\(to) behind \(asked)") }
    }

    /// A subscription that fails ends the one before it, unless a later command has replaced it already.
    private func fail(_ frame: JSONObject, _ room: RoomName) throws {
        if try frame.string("code") != "not_subscribed" { positions[room] = nil }
    }

    private func follow(_ frame: JSONObject) throws {
        let (name, seq) = (try room(of: frame), try integer("seq", of: frame))
        guard let position = positions[name] else { return faults.append("an event of a room that is not followed") }
        if seq != position + 1 { faults.append("event \(seq) behind \(position)") }
        positions[name] = seq
        guard let stored = rooms.rooms[name], seq <= stored.head else {
            return faults.append("event \(seq) is not stored")
        }
        let author = try? Int64(frame.object("author").integer("id"))
        if author != stored.events[Int(seq) - 1].author.id.rawValue { faults.append("event \(seq) is another") }
    }

    private func jump(_ frame: JSONObject) throws {
        let name = try room(of: frame)
        let (from, to) = (try integer("from", of: frame), try integer("to", of: frame))
        if from != (positions[name] ?? -2) + 1 || to < from { faults.append("behind \(from)…\(to)") }
        positions[name] = to
    }

    private func room(of frame: JSONObject) throws -> RoomName { RoomName(stored: try frame.string("room")) }

    private func integer(_ name: String, of frame: JSONObject) throws -> Int64 { try frame.integer(name) }
}

extension JSONObject {
    fileprivate func integer(_ name: String) throws -> Int64 {
        guard let value = try optionalInteger(name, in: 0...Int64.max) else {
            throw ChatError(.malformedJSON, "\(name) is missing.")
        }
        return value
    }

    fileprivate func object(_ name: String) throws -> JSONObject {
        guard case .object(let object) = self[name] else { throw ChatError(.malformedJSON, "\(name) is missing.") }
        return object
    }
}
