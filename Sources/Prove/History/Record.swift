/// One thing that a client did or saw. 32 bytes, because a long run has tens of millions of them.
///
/// A record of doing is made before the bytes are sent, one of seeing after they have come: so the order of records is
/// an order that really was.
struct Record: Equatable, Sendable {
    enum Kind: UInt8, Sendable {
        /// An attempt to send `message` begins; `detail` is the attempt.
        case invoke
        /// The attempt was acknowledged with `seq`; the flag says as a duplicate.
        case ack
        /// The attempt was refused as not stored; the flag says for ever.
        case refused
        /// The attempt was answered with "unknown".
        case unknown
        /// The client asks for the room above `seq`; with the flag, from now on.
        case subscribe
        /// The stream begins above `seq`.
        case subscribed
        /// `seq…detail` will not be streamed; the flag tells one in a running stream (`behind`).
        case gap
        /// An event came in the stream; `detail` is the digest of its content.
        case deliver
        /// The same, by asking for the history.
        case pulled
        /// The stream has ended; the flag says because the account left.
        case unsubscribed
        /// The connection is gone, with all its streams.
        case closed
        /// The account begins to join, or to leave.
        case join, leave
    }

    /// Nanoseconds since the run began, monotonic.
    var time: UInt64 = 0
    var kind: Kind
    var flag = false
    var client: UInt16
    var room: UInt16 = 0
    /// The socket; 0 for a request, which has no order among others.
    var connection: UInt32
    /// The message's number in the run; 0 is none.
    var message: UInt32 = 0
    var seq: UInt32 = 0
    var detail: UInt32 = 0
}
