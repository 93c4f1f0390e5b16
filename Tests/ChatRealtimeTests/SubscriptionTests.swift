import ChatRealtime
import SeededRandom
import Testing

/// A room, a socket and a subscription under a seeded scheduler: whatever happens in whatever order, the socket gets
/// every event after its position once and in order, but for those that were announced as a gap.
@Suite struct SubscriptionTests {
    @Test(arguments: 0..<10 as Range<UInt64>)
    func servesEveryEventOnce(thousand: UInt64) {
        for seed in thousand * 1000..<(thousand + 1) * 1000 {
            var world = World(seed: seed)
            for _ in 0..<1000 { world.step() }
            world.settle()
            let all = Array((world.start + 1)...world.head)
            #expect(world.received == all.filter { !world.skipped.contains($0) }, "seed \(seed)")
            #expect(world.limit < 1000 || world.skipped.isEmpty, "seed \(seed)")
            #expect(world.subscription.state == .live, "seed \(seed)")
            #expect(!world.waitedInVain, "seed \(seed)")
            #expect(!world.deliveredInDoubt, "seed \(seed)")
        }
    }

    @Test func passesOnWhatIsNew() {
        var subscription = Subscription(startingAfter: 3, head: 3)
        #expect(subscription.pageWritten(upTo: nil, head: 3, isWritable: true) == .nothing)
        #expect(subscription.committed(first: 4, last: 6, isWritable: true) == .deliver)
        subscription.delivered(upTo: 6)
        #expect(subscription.committed(first: 5, last: 6, isWritable: true) == .nothing)
    }

    @Test(arguments: [(0, 90, 1...90), (1, 91, 1...90), (10, 100, 1...90), (99, 100, 1...50), (50, 51, 1...1)])
    func skipsWhatIsTooMuch(limit: Int64, head: Int64, skipped: ClosedRange<Int64>) {
        var subscription = Subscription(startingAfter: 0, head: head, limit: limit)
        #expect(subscription.skip() == skipped)
        #expect(subscription.sent == skipped.upperBound)
        #expect(subscription.skip() == nil)
    }

    @Test func streamsWhatIsWithinTheLimit() {
        var subscription = Subscription(startingAfter: 5, head: 15, limit: 10)
        #expect(subscription.skip() == nil)
        #expect(subscription.sent == 5)
    }

    @Test func readsTheLogWhenAnAnnouncementWasMissed() {
        var subscription = Subscription(startingAfter: 0, head: 0)
        _ = subscription.pageWritten(upTo: nil, head: 0, isWritable: true)
        #expect(subscription.committed(first: 3, last: 3, isWritable: true) == .read)
        #expect(subscription.state == .reading)
    }

    @Test func doesNotAskAgainAtOnceForWhatTheLogDoesNotHave() {
        var subscription = Subscription(startingAfter: 5, head: 5)
        // Number 6 was committed after the page had been read.
        #expect(subscription.announced(upTo: 6) == false)
        #expect(subscription.pageWritten(upTo: nil, head: 5, isWritable: true) == .read)
        // Now it should have been there.
        #expect(subscription.pageWritten(upTo: nil, head: 5, isWritable: true) == .readLater)
        #expect(subscription.pageWritten(upTo: nil, head: 5, isWritable: true) == .readLater)
        #expect(subscription.pageWritten(upTo: 6, head: 6, isWritable: true) == .nothing)
        #expect(subscription.state == .live)
    }

    @Test func waitsForASocketThatDoesNotRead() {
        var subscription = Subscription(startingAfter: 0, head: 0)
        _ = subscription.pageWritten(upTo: nil, head: 0, isWritable: true)
        #expect(subscription.committed(first: 1, last: 1, isWritable: false) == .nothing)
        #expect(subscription.state == .paused)
        #expect(subscription.committed(first: 2, last: 2, isWritable: true) == .nothing)
        #expect(subscription.becameWritable().action == .read)
    }
}

/// A room's log with announcements that may be late or lost, and a socket that may stop reading.
private struct World {
    private(set) var subscription: Subscription
    private(set) var received: [Int64] = []
    /// What was announced as a gap.
    private(set) var skipped: Set<Int64> = []
    private(set) var head: Int64
    private(set) var waitedInVain = false
    /// Something live was passed on after a doubt, before the log was asked.
    private(set) var deliveredInDoubt = false
    private var isInDoubt = false
    let limit: Int64
    let start: Int64
    private var generator: SeededGenerator
    private var isWritable = true
    private var pendingRead: (after: Int64, snapshot: Int64, endsDoubt: Bool)?
    private var announcements: [ClosedRange<Int64>] = []
    private let pageSize: Int64 = 3

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        head = Int64.random(in: 0...10, using: &generator)
        start = Int64.random(in: 0...head, using: &generator)
        limit = Bool.random(using: &generator) ? 1_000_000 : Int64.random(in: 0...8, using: &generator)
        subscription = Subscription(startingAfter: start, head: head, limit: limit)
        if let range = subscription.skip() { skipped.formUnion(range) }
        startRead()
    }

    mutating func step() {
        switch Int.random(in: 0..<7, using: &generator) {
        case 0, 1:
            let count = Int64.random(in: 1...4, using: &generator)
            // One announcement in ten is lost; the next one shows the hole.
            if Int.random(in: 0..<10, using: &generator) > 0 { announcements.append((head + 1)...(head + count)) }
            head += count
        case 2: announce()
        case 3, 4: finishRead()
        case 5: doubt()
        default: toggleWritable()
        }
    }

    /// Lets everything that is under way finish, and announces the head once more as the next event would.
    mutating func settle() {
        if !isWritable { toggleWritable() }
        head += 1
        announcements.append(head...head)
        while !announcements.isEmpty || pendingRead != nil {
            announce()
            finishRead()
        }
    }

    private mutating func announce() {
        guard !announcements.isEmpty else { return }
        let run = announcements.removeFirst()
        switch subscription.committed(first: run.lowerBound, last: run.upperBound, isWritable: isWritable) {
        case .deliver:
            if isInDoubt { deliveredInDoubt = true }
            received += run.filter { $0 > subscription.sent }
            subscription.delivered(upTo: run.upperBound)
        case .read, .readLater: startRead()
        case .nothing: break
        }
    }

    /// One in ten of those that it is time for; else nothing else would ever happen.
    private mutating func doubt() {
        guard Int.random(in: 0..<10, using: &generator) == 0 else { return }
        isInDoubt = true
        if subscription.doubt() == .read { startRead() }
    }

    private mutating func startRead() { pendingRead = (subscription.sent, head, isInDoubt) }

    private mutating func finishRead() {
        guard let read = pendingRead else { return }
        pendingRead = nil
        if read.endsDoubt { isInDoubt = false }
        let last = min(read.snapshot, read.after + pageSize)
        let page = read.after < last ? Array((read.after + 1)...last) : []
        // A page that the socket does not take is dropped and read again.
        if isWritable { received += page.filter { $0 > subscription.sent } }
        let action = subscription.pageWritten(
            upTo: isWritable ? page.last : nil, head: read.snapshot, isWritable: isWritable)
        // What was committed before the page was asked for has to be in it.
        if action == .readLater { waitedInVain = true }
        if action != .nothing { startRead() }
    }

    private mutating func toggleWritable() {
        isWritable.toggle()
        guard isWritable else { return }
        let (range, action) = subscription.becameWritable()
        if let range { skipped.formUnion(range) }
        if action == .read { startRead() }
    }
}
