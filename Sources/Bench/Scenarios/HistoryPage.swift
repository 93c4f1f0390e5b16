import ChatClient

/// A page of history as the generator checks it, whichever way it came.
struct HistoryPage: Equatable {
    /// What was asked for.
    enum Request: Sendable, Equatable {
        case newest
        case before(Int64)
    }

    static let size = 50

    private(set) var count = 0
    private(set) var first: Int64 = 0
    private(set) var last: Int64 = 0
    private(set) var isGapFree = true

    /// - Parameter json: an object with `events`.
    init(_ json: UnsafeRawBufferPointer) {
        var object = JSONCursor(json)
        while let (name, value) = object.nextMember() {
            guard name.isEqual(to: "events") else { continue }
            var events = JSONCursor(value)
            while let event = events.nextElement() { add(Self.seq(of: event)) }
            return
        }
    }

    private mutating func add(_ seq: Int64) {
        if count == 0 { first = seq } else if seq != last + 1 { isGapFree = false }
        last = seq
        count += 1
    }

    private static func seq(of event: UnsafeRawBufferPointer) -> Int64 {
        var members = JSONCursor(event)
        while let (name, value) = members.nextMember() {
            if name.isEqual(to: "seq") { return value.integer ?? 0 }
        }
        return 0
    }

    /// Whether it is a full page without holes that ends where it has to.
    func answers(_ request: Request, head: Int64) -> Bool {
        let end =
            switch request {
            case .newest: head
            case .before(let seq): seq - 1
            }
        return count == Self.size && isGapFree && last == end
    }
}
