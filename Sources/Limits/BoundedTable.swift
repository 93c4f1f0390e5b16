/// A dictionary with a bound on its entries, for keys that strangers choose.
///
/// Every entry has an instant until which it matters. When the table is full, a new entry takes the place of the one that
/// ends soonest. So whoever wants an entry forgotten has to fill the table with entries that matter for longer, which
/// makes what is remembered as dear to drive out as it was to bring about. A binary heap: everything is O(log bound).
package struct BoundedTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry {
        var key: Key
        var value: Value
        /// Where in the heap the entry's end is.
        var place: Int
    }

    private struct End {
        var until: ContinuousClock.Instant
        var slot: Int
    }

    /// The most entries.
    package let bound: Int
    private var slots: [Key: Int] = [:]
    private var entries: [Entry] = []
    /// Every end is no later than the two below it, at `2 * place + 1` and `2 * place + 2`.
    private var heap: [End] = []

    /// - Parameter bound: the most entries; at least 1 is taken. Memory is taken as entries come.
    package init(bound: Int) { self.bound = max(1, bound) }

    /// How many entries there are, those that do not matter any more included.
    package var count: Int { entries.count }

    /// The value, if there is one; also after it has ended, as long as its place is not needed.
    package subscript(key: Key) -> Value? {
        guard let slot = slots[key] else { return nil }
        return entries[slot].value
    }

    /// Puts a value in, in place of the key's old one, or of the entry that ends soonest when the table is full.
    /// - Parameter until: when the value is as good as none.
    package mutating func set(_ value: Value, for key: Key, until: ContinuousClock.Instant) {
        if let slot = slots[key] {
            entries[slot].value = value
            settle(End(until: until, slot: slot), at: entries[slot].place)
        } else if entries.count < bound {
            let end = End(until: until, slot: entries.count)
            slots[key] = end.slot
            entries.append(Entry(key: key, value: value, place: heap.count))
            heap.append(end)
            settle(end, at: heap.count - 1)
        } else if let slot = heap.first?.slot {
            slots[entries[slot].key] = nil
            slots[key] = slot
            entries[slot] = Entry(key: key, value: value, place: 0)
            settle(End(until: until, slot: slot), at: 0)
        }
    }

    /// Takes the key's entry out, if there is one.
    package mutating func remove(_ key: Key) {
        guard let slot = slots.removeValue(forKey: key) else { return }
        let place = entries[slot].place
        let end = heap.removeLast()
        if place < heap.count { settle(end, at: place) }
        // The last entry moves into the free slot.
        let last = entries.removeLast()
        guard slot < entries.count else { return }
        entries[slot] = last
        heap[last.place].slot = slot
        slots[last.key] = slot
    }

    /// Puts an end into the heap, from a free place on upwards or downwards.
    private mutating func settle(_ end: End, at free: Int) {
        var place = free
        while place > 0, end.until < heap[(place - 1) / 2].until {
            put(heap[(place - 1) / 2], at: place)
            place = (place - 1) / 2
        }
        while place >= free, let below = soonest(below: place), heap[below].until < end.until {
            put(heap[below], at: place)
            place = below
        }
        put(end, at: place)
    }

    private func soonest(below place: Int) -> Int? {
        let left = 2 * place + 1
        guard left + 1 < heap.count else { return left < heap.count ? left : nil }
        return heap[left + 1].until < heap[left].until ? left + 1 : left
    }

    private mutating func put(_ end: End, at place: Int) {
        heap[place] = end
        entries[end.slot].place = place
    }
}
