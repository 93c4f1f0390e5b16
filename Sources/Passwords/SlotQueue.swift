/// Who has a slot and who waits for one, first come, first served. Decides only: it has no clock and no threads.
struct SlotQueue<Slot: Sendable, Waiter: Sendable>: Sendable {
    /// What becomes of someone who wants a slot.
    enum Entrance: Sendable {
        case hasSlot(Slot)
        case waits
        /// As many as allowed are waiting already.
        case isRefused
        /// Nobody gets a slot any more.
        case isClosed
    }

    private var free: [Slot]
    private var waiting: [(id: Int, waiter: Waiter)] = []
    private let limit: Int
    private var isClosed = false

    /// - Parameter limit: how many may wait.
    init(free: [Slot], limit: Int) {
        self.free = free
        self.limit = limit
    }

    /// - Parameter id: by which a waiter can leave again.
    mutating func enter(_ id: Int, _ waiter: Waiter) -> Entrance {
        if isClosed { return .isClosed }
        // Who waits is before us; then there is no free slot either.
        if let slot = free.popLast() { return .hasSlot(slot) }
        guard waiting.count < limit else { return .isRefused }
        waiting.append((id, waiter))
        return .waits
    }

    /// Work has ended.
    /// - Returns: who has the slot from now on; `nil` if nobody waits.
    mutating func giveBack(_ slot: Slot) -> Waiter? {
        if let next = waiting.first {
            waiting.removeFirst()
            return next.waiter
        }
        free.append(slot)
        return nil
    }

    /// - Returns: who waits no more; `nil` if it was not waiting.
    mutating func leave(_ id: Int) -> Waiter? {
        guard let place = waiting.firstIndex(where: { $0.id == id }) else { return nil }
        return waiting.remove(at: place).waiter
    }

    /// - Returns: who waited.
    mutating func close() -> [Waiter] {
        isClosed = true
        defer { waiting = [] }
        return waiting.map(\.waiter)
    }
}
