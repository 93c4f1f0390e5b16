import ChatCore

/// The room writer for callers that wait: a draft in, a receipt out.
struct LogEntrance: Sendable {
    let submit: @Sendable (Draft, @escaping @Sendable (Result<Receipt, ChatError>) -> Void) throws(ChatError) -> Void

    /// - Throws: whatever the writer refuses with.
    func append(_ draft: Draft) async throws -> Receipt {
        try await withCheckedThrowingContinuation { continuation in
            do throws(ChatError) {
                try submit(draft) { continuation.resume(with: $0.mapError { $0 as any Error }) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// Joins or leaves; who is there already, or not there, stays so.
    func change(_ content: Event.Content, _ account: Account, in room: RoomName) async throws -> Receipt {
        try await append(Draft(room: room, author: account, content: content))
    }
}
