/// How long the room writer tries, so that every sender has an answer within 3 s, whatever the database does.
package struct WriterPatience: Sendable {
    /// From when a draft was handed over to its answer, at most. The rest of the 3 s is for the way to the sender.
    package var answer: Duration
    /// From a batch's first try to its last, at most.
    package var retries: Duration
    /// A draft that has less time left is refused without a try, which would hardly come to an end.
    package var leastTry: Duration

    /// By default what leaves an answer 200 ms of the 3 s.
    package init(
        answer: Duration = .milliseconds(2800), retries: Duration = .milliseconds(1500),
        leastTry: Duration = .milliseconds(200)
    ) {
        self.answer = answer
        self.retries = retries
        self.leastTry = leastTry
    }
}
