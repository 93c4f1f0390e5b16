/// The records of a run, in order. Grows by whole chunks, so that nothing is ever copied.
struct History: Sendable {
    private static let chunk = 65_536

    private var chunks: [[Record]] = []
    private(set) var count = 0

    init(_ records: [Record] = []) {
        for record in records { append(record) }
    }

    mutating func append(_ record: Record) {
        if count % Self.chunk == 0 {
            var chunk: [Record] = []
            chunk.reserveCapacity(Self.chunk)
            chunks.append(chunk)
        }
        chunks[chunks.count - 1].append(record)
        count += 1
    }

    subscript(index: Int) -> Record { chunks[index / Self.chunk][index % Self.chunk] }

    /// Calls `body` with each record and its place.
    func forEach(_ body: (Int, Record) -> Void) {
        var index = 0
        for chunk in chunks {
            for record in chunk {
                body(index, record)
                index += 1
            }
        }
    }
}
