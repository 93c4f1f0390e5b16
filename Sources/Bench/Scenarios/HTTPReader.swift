import ChatClient
import NIOCore

/// Reads pages over a kept-alive HTTP connection, one at a time.
final class HTTPReader: HistoryReader {
    private let station: Station
    private let client: HTTPClient
    private let token: String
    private let shelf: Shelf
    private var isStopped = false

    init(_ station: Station, _ address: ServerAddress, token: String, _ shelf: Shelf) {
        self.station = station
        self.client = HTTPClient(address, on: station.eventLoop)
        self.token = token
        self.shelf = shelf
    }

    func begin() {
        guard !isStopped else { return client.close() }
        let request = shelf.nextRequest()
        let position: ChatAPI.Position =
            switch request {
            case .newest: .newest
            case .before(let seq): .before(seq)
            }
        let since = NIODeadline.now()
        let bound = NIOLoopBound(self, eventLoop: station.eventLoop)
        let message = ChatAPI.eventsRequest(in: shelf.room, position, limit: HistoryPage.size, token: token)
        client.answer(to: message).whenComplete { result in bound.value.answered(result, request, since) }
    }

    func stop() { isStopped = true }

    private func answered(_ result: Result<HTTPAnswer, any Error>, _ request: HistoryPage.Request, _ since: NIODeadline)
    {
        switch result {
        case .failure(let error): station.tally.fail("a request failed: \(error)")
        case .success(let answer):
            let page = answer.body.withUnsafeBytes { HistoryPage($0) }
            guard answer.status == 200, page.answers(request, head: shelf.head) else {
                return station.tally.fail("\(answer.status) with \(page) is no answer to \(request)")
            }
            station.answered(since: since)
            begin()
        }
    }
}
