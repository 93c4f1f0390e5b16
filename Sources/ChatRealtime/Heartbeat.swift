/// Notices a peer that has gone. Decides; has no clock of its own.
package struct Heartbeat: Equatable {
    /// What is due when an interval is over: a beat, or giving up after three intervals in which nothing was heard.
    package enum Action: Equatable {
        case beat
        case giveUp
    }

    private var silentBeats = 0

    /// As if the peer had just been heard.
    package init() {}

    /// Anything has arrived from the peer.
    package mutating func heard() { silentBeats = 0 }

    /// One interval has passed.
    package mutating func tick() -> Action {
        silentBeats += 1
        return silentBeats > 2 ? .giveUp : .beat
    }
}
