import ChatClient
import ChatCore
import NIOCore

/// One socket of the load: logs in, subscribes, checks what comes, and sends if it is a sender.
final class Member: ChatSocketObserver {
    /// The room it subscribes to.
    struct Place: Sendable {
        let index: Int
        let name: [UInt8]
        /// How many of the newest events it wants at first; `nil`: it does not subscribe.
        let backlog: Int?
        /// How many events it may lack before it is told that it is behind; `nil` is the server's choice.
        let patience: Int?

        init(index: Int, room: String, backlog: Int?, patience: Int? = nil) {
            self.index = index
            self.name = Array(room.utf8)
            self.backlog = backlog
            self.patience = patience
        }

        /// The members of `subscribe` that say from where on.
        fileprivate var start: String {
            if let patience { return #","after":0,"limit":\#(patience)"# }
            return backlog == Member.page ? "" : #","last":\#(backlog ?? 0)"#
        }
    }

    /// In milliseconds.
    private static let retryPause: ClosedRange<Int64> = 500...1_500

    /// The backlog that the server sends if it is not told otherwise.
    static let page = 50

    let place: Place?
    let sender: Sender?
    private let station: Station
    private var socket: ChatSocket?
    private var check = SeqCheck()
    /// The room's head when it subscribed.
    private var head: Int64?
    private(set) var isReady = false
    /// Its end is no failure: it stops reading, and the server may give it up.
    var mayEnd = false
    private(set) var hasEnded = false
    /// It was told that it is behind.
    private(set) var hasFallenBehind = false
    private var connectAgain: (() -> Void)?
    /// Called once it has all that it asked for.
    private let onReady: (Member) -> Void

    init(_ station: Station, in place: Place?, sender: Sender? = nil, onReady: @escaping (Member) -> Void = { _ in }) {
        self.station = station
        self.place = place
        self.sender = sender
        self.onReady = onReady
    }

    /// Whether it listens and has not got everything up to its room's head.
    func lacks(_ heads: [Int: Int64]) -> Bool {
        guard let place, place.backlog != nil, !hasEnded else { return false }
        return check.last < heads[place.index] ?? 0
    }

    /// - Parameters:
    ///   - receiveBuffer: of the connection, in bytes; `nil` is the system's choice.
    ///   - persists: as long as it is not ready, a lost connection and "try again later" are no failures; it tries again,
    ///     after a random pause.
    func connect(to address: ServerAddress, token: String, receiveBuffer: Int? = nil, persists: Bool = false) {
        if persists { connectAgain = { [weak self] in self?.connect(to: address, token: token, persists: true) } }
        socket = ChatSocket.open(
            address, token: token, on: station.eventLoop, timeout: .seconds(60), receiveBuffer: receiveBuffer,
            observer: self)
    }

    private func later(_ again: @escaping () -> Void) {
        station.tally.retries += 1
        let bound = NIOLoopBound(again, eventLoop: station.eventLoop)
        station.eventLoop.scheduleTask(in: .milliseconds(.random(in: Self.retryPause))) { bound.value() }
    }

    func drop() {
        mayEnd = true
        connectAgain = nil
        socket?.drop()
        socket = nil
    }

    func stopReading() { socket?.stopReading() }

    func startReading() { socket?.startReading() }

    // MARK: - Sending

    func startSending() {
        guard let socket else { return }
        sender?.start(on: socket, station)
        socket.flush()
    }

    /// Sends a message that was due then.
    func send(_ number: Int, due: NIODeadline) {
        guard let socket else { return }
        sender?.send(number, since: due, on: socket, station)
        socket.flush()
    }

    // MARK: - What comes

    func opened(_ socket: ChatSocket) {}

    func received(_ message: UnsafeRawBufferPointer, on socket: ChatSocket) {
        let fields = FrameFields(message, station.schedule == nil ? .position : .clientID)
        switch fields.kind {
        case .event: delivered(fields)
        case .ack: acknowledged(fields, on: socket)
        case .hello: greeted(socket)
        case .subscribed: subscribed(message)
        case .behind: fellBehind(message)
        case .error: refused(message, on: socket)
        case .history, .other: break
        }
    }

    func ended(_ socket: ChatSocket, _ end: SocketEnd) {
        self.socket = nil
        if !isReady, end.isPassing, let connectAgain { return later(connectAgain) }
        hasEnded = true
        if !mayEnd { station.tally.fail("a socket ended: \(end)") }
    }

    private func delivered(_ fields: FrameFields) {
        let expected = check.last + 1
        guard isHere(fields.room), check.accept(fields.seq) else {
            let room = String(decoding: fields.room, as: UTF8.self)
            return station.tally.fail("event \(fields.seq) of \(room) came where \(expected) had to come")
        }
        station.tally.deliveries += 1
        if !mayEnd { station.delivered(fields.clientID) }
        if !isReady { checkReady() }
    }

    private func acknowledged(_ fields: FrameFields, on socket: ChatSocket) {
        guard let sender, let place, let since = sender.acknowledged(fields) else {
            let id = String(decoding: fields.clientID, as: UTF8.self)
            return station.tally.fail("the ack of \(id) with seq \(fields.seq) is not the one that had to come")
        }
        station.acknowledged(fields.seq, in: place.index, since: since)
        sender.sendNext(on: socket, station)
    }

    private func refused(_ message: UnsafeRawBufferPointer, on socket: ChatSocket) {
        let error = try? JSONParser.object(message)
        guard connectAgain != nil, !isReady, error?.flag("retryable") == true else {
            return station.tally.fail("the server refused a command: \(String(decoding: message, as: UTF8.self))")
        }
        later { [weak self, weak socket] in
            guard let socket else { return }
            self?.greeted(socket)
            socket.flush()
        }
    }

    private func isHere(_ room: UnsafeRawBufferPointer) -> Bool {
        place?.name.withUnsafeBytes { room.isEqual(to: $0) } ?? false
    }

    // MARK: - Subscribing

    private func greeted(_ socket: ChatSocket) {
        guard let place, place.backlog != nil else { return becameReady() }
        let room = String(decoding: place.name, as: UTF8.self)
        socket.write(Array(#"{"type":"subscribe","room":"\#(room)"\#(place.start)}"#.utf8))
    }

    private func subscribed(_ message: UnsafeRawBufferPointer) {
        guard let object = try? JSONParser.object(message), let after = object.number("after"),
            let head = object.number("head")
        else { return station.tally.fail("`subscribed` without after and head") }
        check = SeqCheck(after: after)
        self.head = head
        checkReady()
    }

    private func fellBehind(_ message: UnsafeRawBufferPointer) {
        let expected = check.last + 1
        guard let object = try? JSONParser.object(message), let from = object.number("from"),
            let to = object.number("to"), check.skip(from: from, to: to)
        else { return station.tally.fail("`behind` that does not begin at \(expected)") }
        hasFallenBehind = true
    }

    private func checkReady() {
        if let head, check.last >= head { becameReady() }
    }

    private func becameReady() {
        guard !isReady else { return }
        isReady = true
        station.readyCount += 1
        onReady(self)
    }
}

extension SocketEnd {
    /// Whether a client should connect again after it.
    fileprivate var isPassing: Bool {
        switch self {
        case .refused(let status, _): status == 503
        case .closed, .lost: true
        case .violated, .dropped: false
        }
    }
}
