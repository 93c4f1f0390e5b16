/// A promise that was not kept.
struct Violation: Sendable, Equatable {
    /// What the summary counts it as.
    enum Class: String, Sendable, CaseIterable, Encodable {
        case lost, doubled, reordered, phantom, leaked
    }

    enum Kind: String, Sendable, CaseIterable, Encodable {
        // Lost.
        /// Acknowledged, but not in the database.
        case ackedNotStored
        /// Acknowledged with another seq than the one it is stored with.
        case ackedElsewhere
        /// A seq of the room that no stored event has.
        case numberMissing
        /// The server would not take a good message.
        case wronglyRefused
        /// Sent again to the end, and never acknowledged.
        case neverAcked
        /// A stream left an event out.
        case missed
        /// A gap was announced, and what lies in it was not to be had.
        case gapUnread
        /// At the end a reader had not come to the end of the room.
        case fellShort

        // Doubled.
        /// A client id, or a seq, is in the database twice.
        case storedTwice
        /// Two acknowledgements say that they are the first, or they name different places.
        case ackedTwice
        case deliveredTwice

        // Reordered.
        /// A stream gave a lower seq after a higher one.
        case deliveredOutOfOrder
        /// Two messages of one socket in one room are numbered against the order they were sent.
        case socketOrder
        /// A message that was known to be stored before another was sent is numbered after it.
        case realTimeOrder

        // Phantom.
        /// Stored, but nobody sent it.
        case storedUnsent
        /// Stored with another content, author or room than it was sent with.
        case storedAltered
        /// Acknowledged or delivered before anybody sent it.
        case knownTooEarly
        /// Said to be refused, and stored.
        case refusedButStored
        /// Shown to somebody, but not stored.
        case deliveredUnstored
        /// Shown with another content than is stored.
        case deliveredAltered
        /// Events in a stream that nobody had asked for.
        case deliveredUnasked

        // Leaked.
        /// Shown to an account that was not in the room at that seq.
        case deliveredToStranger
        /// Shown in a stream that had ended because the account left.
        case deliveredAfterLeaving
        /// The stored memberships and the stored events of joining and leaving contradict each other.
        case membershipBroken
    }

    var kind: Kind
    var room: UInt16
    var seq: UInt32 = 0
    var message: UInt32 = 0
    var client: UInt16?
    var connection: UInt32 = 0
    /// The record that showed it.
    var record: Int?
    var text: String
}

extension Violation.Kind {
    var category: Violation.Class {
        switch self {
        case .ackedNotStored, .ackedElsewhere, .numberMissing, .wronglyRefused, .neverAcked, .missed, .gapUnread,
            .fellShort:
            .lost
        case .storedTwice, .ackedTwice, .deliveredTwice: .doubled
        case .deliveredOutOfOrder, .socketOrder, .realTimeOrder: .reordered
        case .storedUnsent, .storedAltered, .knownTooEarly, .refusedButStored, .deliveredUnstored, .deliveredAltered,
            .deliveredUnasked:
            .phantom
        case .deliveredToStranger, .deliveredAfterLeaving, .membershipBroken: .leaked
        }
    }
}
