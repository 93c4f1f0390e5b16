import NIOCore

/// Recognises requests of long-polling that come once more: when a connection breaks, browsers repeat by themselves what was not
/// answered, and the page hears nothing of it. What counts is by what a client tells its requests apart, the mark (`t`); whether
/// the first connection has gone does not, because behind a proxy it stays.
///
/// Some clients mark with a clock's seconds. Different requests with one mark give that away: from then on nothing is a repeat.
struct RequestMarks {
    private(set) var areUnique = true
    /// Of the request that began the session. Whoever repeats that one begins another session.
    private let first: String?
    private var poll: String?
    private var post: (mark: String, hash: Int)?

    init(first: String?) { self.first = first }

    /// - Returns: whether the last GET has come again.
    mutating func isRepeatedPoll(_ mark: String?) -> Bool {
        defer { poll = mark }
        guard let mark else { return false }
        if mark == first || mark == post?.mark { areUnique = false }
        return areUnique && mark == poll
    }

    /// - Returns: whether the last POST has come again.
    mutating func isRepeatedPost(_ mark: String?, _ body: ByteBuffer) -> Bool {
        guard let mark, areUnique else { return false }
        let last = post
        post = (mark, body.hashValue)
        if mark == first || mark == poll || mark == last?.mark && post?.hash != last?.hash { areUnique = false }
        return areUnique && mark == last?.mark
    }
}
