import NIOHTTP1

/// Which requests of a connection still wait for their answers. Answers keep the order of the requests, so this says where an
/// answer of our own would come.
struct PendingAnswers {
    /// Requests that have begun, without those whose answer has ended.
    private var unanswered = 0
    /// The end of the last request has not come.
    private var isReading = false
    /// The head of an answer was written, and its end was not.
    private var isWriting = false

    /// Nothing is between the last answer and the next request.
    var areNone: Bool { unanswered == 0 }

    /// Whether the requests that have come to their end have all got answers, and no answer is half written.
    var areComplete: Bool { unanswered - (isReading ? 1 : 0) <= 0 && !isWriting }

    /// Whether what is being read has been answered before its end.
    var areAhead: Bool { isReading && unanswered == 0 }

    mutating func read(_ part: HTTPServerRequestPart) {
        switch part {
        case .head: (unanswered, isReading) = (unanswered + 1, true)
        case .body: break
        case .end: isReading = false
        }
    }

    mutating func wrote(_ part: HTTPServerResponsePart) {
        switch part {
        case .head(let head): isWriting = !head.isInformational
        case .body: break
        case .end: (unanswered, isWriting) = (unanswered - 1, false)
        }
    }
}

extension HTTPResponseHead {
    /// Another head follows, for the same request.
    fileprivate var isInformational: Bool { 100..<200 ~= status.code && status.code != 101 }
}
