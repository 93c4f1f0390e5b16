/// What a run is to be like.
package struct ProveOptions: Sendable {
    /// How long there are faults and new messages.
    package var seconds: Int
    /// Decides which fault happens when, and what is said.
    package var seed: UInt64
    /// The kinds of faults that may happen; empty for a run without any.
    package var faults: Set<FaultKind>
    /// Clients that send; every fourth one with POST, the others on a socket.
    package var writers: Int
    /// Clients that only read, up to two rooms each.
    package var readers: Int
    /// Accounts that come and go.
    package var visitors: Int
    /// In all; the clients share them.
    package var rooms: Int
    /// Messages a second, of all writers together, at most.
    package var rate: Int
    /// Acknowledged messages without which the run proves nothing.
    package var atLeast: Int
    /// Lets PostgreSQL confirm what it has not written yet, so that a crash loses it: the checker has to find that.
    package var unsafeDurability: Bool

    /// By default three minutes with all kinds of faults.
    package init(
        seconds: Int = 180, seed: UInt64, faults: Set<FaultKind> = Set(FaultKind.allCases), writers: Int = 8,
        readers: Int = 8, visitors: Int = 3, rooms: Int = 6, rate: Int = 2000, atLeast: Int = 1,
        unsafeDurability: Bool = false
    ) {
        self.seconds = seconds
        self.seed = seed
        self.faults = faults
        self.writers = writers
        self.readers = readers
        self.visitors = visitors
        self.rooms = rooms
        self.rate = rate
        self.atLeast = atLeast
        self.unsafeDurability = unsafeDurability
    }
}
