/// Notices a peer that has gone. Decides; has no clock of its own.
package struct Heartbeat: Equatable {
    package enum Action: Equatable {
        case beat
        case giveUp
    }

    private var silentBeats = 0
    private var undrainedBeats = 0

    package init() {}

    /// Anything has arrived from the peer.
    package mutating func heard() { silentBeats = 0 }

    /// One interval has passed.
    /// - Parameter isWritable: whether the peer has read what was sent to it.
    package mutating func tick(isWritable: Bool) -> Action {
        silentBeats += 1
        undrainedBeats = isWritable ? 0 : undrainedBeats + 1
        return silentBeats > 2 || undrainedBeats > 2 ? .giveUp : .beat
    }
}
