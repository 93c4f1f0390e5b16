/// What came out of one batch of the room writer, in the order it was submitted.
package struct CommittedBatch<Origin: Sendable>: Sendable {
    /// The answer to one draft.
    package struct Answer: Sendable {
        /// As it was submitted.
        package let draft: Draft
        /// Where the answer goes: what was submitted with the draft.
        package let origin: Origin
        /// A receipt if the event is stored, by this request or by an earlier one.
        package let result: Result<Receipt, ChatError>

        /// - Parameter result: the receipt, or why nothing was stored.
        package init(draft: Draft, origin: Origin, result: Result<Receipt, ChatError>) {
            self.draft = draft
            self.origin = origin
            self.result = result
        }
    }

    /// One for each draft.
    package let answers: [Answer]
    /// New events, a room's in ascending order of seq.
    package let events: [Event]
    /// Heads of rooms whose newest events may have been committed without having been announced.
    package let unannounced: [RoomName: Int64]

    /// What the writer has committed; by default everything has been announced.
    package init(answers: [Answer], events: [Event], unannounced: [RoomName: Int64] = [:]) {
        self.answers = answers
        self.events = events
        self.unannounced = unannounced
    }
}
