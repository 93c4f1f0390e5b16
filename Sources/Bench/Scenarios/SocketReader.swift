import ChatClient
import NIOCore

/// Reads pages over a socket, one at a time.
final class SocketReader: HistoryReader, ChatSocketObserver {
    private let station: Station
    private let address: ServerAddress
    private let token: String
    private let shelf: Shelf
    private var socket: ChatSocket?
    private var request = HistoryPage.Request.newest
    private var since = NIODeadline.now()
    private var isStopped = false

    init(_ station: Station, _ address: ServerAddress, token: String, _ shelf: Shelf) {
        self.station = station
        self.address = address
        self.token = token
        self.shelf = shelf
    }

    func begin() {
        socket = ChatSocket.open(address, token: token, on: station.eventLoop, observer: self)
    }

    func stop() {
        isStopped = true
        socket?.drop()
        socket = nil
    }

    func opened(_ socket: ChatSocket) {}

    func received(_ message: UnsafeRawBufferPointer, on socket: ChatSocket) {
        switch FrameFields(message).kind {
        case .hello: ask(socket)
        case .history: answered(message, on: socket)
        case .error: refused(String(decoding: message, as: UTF8.self))
        default: break
        }
    }

    func ended(_ socket: ChatSocket, _ end: SocketEnd) {
        if !isStopped { station.tally.fail("a socket ended: \(end)") }
    }

    private func ask(_ socket: ChatSocket) {
        request = shelf.nextRequest()
        var place = ""
        if case .before(let seq) = request { place = #","before":\#(seq)"# }
        since = .now()
        socket.write(Array(#"{"type":"history","room":"\#(shelf.room)"\#(place),"limit":\#(HistoryPage.size)}"#.utf8))
    }

    private func answered(_ message: UnsafeRawBufferPointer, on socket: ChatSocket) {
        let page = HistoryPage(message)
        guard page.answers(request, head: shelf.head) else {
            return station.tally.fail("\(page) is no answer to \(request) with the head \(shelf.head)")
        }
        station.answered(since: since)
        ask(socket)
    }

    private func refused(_ message: String) {
        if message.contains(#""unknown_type""#) {
            station.tally.unsupported = "the command `history`"
        } else {
            station.tally.fail("the server refused a command: \(message)")
        }
    }
}
