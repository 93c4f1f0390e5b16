package import NIOCore

/// Requests to one server, on one event loop. Connections are kept and used again; there are as many as requests at once.
package final class HTTPClient: Sendable {
    /// Of all requests; looked up for each connection unless it is ``ServerAddress/resolved()``.
    package let address: ServerAddress
    /// Where the connections live and the answers complete.
    package let eventLoop: any EventLoop
    private let timeout: TimeAmount
    private let pool: NIOLoopBoundBox<Pool>

    /// Idle connections; the newest is used first.
    private struct Pool {
        var idle: [HTTPConnection] = []
        var isClosed = false
    }

    /// The server closes what has been idle for 30 seconds; what may be about to be closed is not used again.
    private static let idleLimit = TimeAmount.seconds(20)

    /// - Parameter timeout: how long one answer may take.
    package init(_ address: ServerAddress, on eventLoop: any EventLoop, timeout: TimeAmount = .seconds(30)) {
        self.address = address
        self.eventLoop = eventLoop
        self.timeout = timeout
        self.pool = .makeBoxSendingValue(Pool(), eventLoop: eventLoop)
    }

    /// - Throws: ``ClientFailure``; an HTTP status of any kind is an answer.
    package func send(_ request: HTTPRequest) async throws -> HTTPAnswer {
        try await answer(to: request).get()
    }

    /// The same without `async`; from any thread.
    package func answer(to request: HTTPRequest) -> EventLoopFuture<HTTPAnswer> {
        let promise = eventLoop.makePromise(of: HTTPAnswer.self)
        if eventLoop.inEventLoop {
            perform(request, promise)
        } else {
            eventLoop.execute { self.perform(request, promise) }
        }
        return promise.futureResult
    }

    /// Closes the idle connections; those in use close after their answer.
    package func close() {
        eventLoop.execute {
            self.pool.value.isClosed = true
            let idle = self.pool.value.idle
            self.pool.value.idle = []
            for connection in idle { connection.close() }
        }
    }

    private func perform(_ request: HTTPRequest, _ promise: EventLoopPromise<HTTPAnswer>) {
        while let connection = pool.value.idle.popLast() {
            if connection.isOpen, connection.idleSince + Self.idleLimit > .now() {
                return connection.perform(request, timeout: timeout, promise)
            }
            connection.close()
        }
        let opening = HTTPConnection.open(to: address, on: eventLoop) { [weak self] connection in
            self?.keep(connection)
        }
        opening.whenComplete { [timeout] result in
            switch result {
            case .success(let connection): connection.value.perform(request, timeout: timeout, promise)
            case .failure(let error): promise.fail(ClientFailure.unreachable("\(error)"))
            }
        }
    }

    private func keep(_ connection: HTTPConnection) {
        if pool.value.isClosed { connection.close() } else { pool.value.idle.append(connection) }
    }
}
