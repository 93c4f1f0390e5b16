import NIOCore
import NIOPosix

/// All stations.
struct Fleet: Sendable {
    private let stations: [(eventLoop: any EventLoop, station: NIOLoopBound<Station>)]

    var count: Int { stations.count }

    init(_ group: MultiThreadedEventLoopGroup) async throws {
        var stations: [(any EventLoop, NIOLoopBound<Station>)] = []
        for (index, eventLoop) in group.makeIterator().enumerated() {
            let station = try await eventLoop.submit {
                NIOLoopBound(Station(eventLoop: eventLoop, index: index), eventLoop: eventLoop)
            }.get()
            stations.append((eventLoop, station))
        }
        self.stations = stations
    }

    /// Runs a body on each event loop.
    @discardableResult
    func onEach<Output: Sendable>(_ body: @escaping @Sendable (Station) -> Output) async throws -> [Output] {
        var outputs: [Output] = []
        for (eventLoop, station) in stations {
            outputs.append(try await eventLoop.submit { body(station.value) }.get())
        }
        return outputs
    }

    /// All counters together.
    func tally() async throws -> Tally {
        try await onEach(\.tally).reduce(into: Tally()) { $0.add($1) }
    }

    func sum(_ body: @escaping @Sendable (Station) -> Int) async throws -> Int {
        try await onEach(body).reduce(0, +)
    }

    /// The highest acknowledged seq of each room.
    func heads() async throws -> [Int: Int64] {
        try await onEach(\.heads).reduce(into: [:]) { heads, part in heads.merge(part) { max($0, $1) } }
    }
}
