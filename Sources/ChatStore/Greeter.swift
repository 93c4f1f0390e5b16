package import ChatCore
import NIOConcurrencyHelpers
package import NIOCore

/// Finds the sessions of new sockets, and where their rooms stand.
///
/// As in the room writer, what arrives while questions are being answered is asked together: sockets that come back by the
/// thousand cost a few dozen round trips.
package final class Greeter: Sendable {
    /// Whose session it is, and the rooms of that account by name.
    package typealias Answer = (session: Session, rooms: [Greeting.Standing])

    private struct Question {
        let token: SecretToken
        let askedAt: NIODeadline
        let promise: EventLoopPromise<Answer>
    }

    private struct State {
        var waiting: [Question] = []
        /// Round trips under way.
        var asking = 0
    }

    /// Questions of one round trip.
    private static let batchLimit = 64
    /// Round trips at the same time.
    private static let lanes = 2
    /// Questions that may wait; one more is refused.
    private static let waitingLimit = 8192

    private let store: Store
    private let patience: TimeAmount
    private let state = NIOLockedValueBox(State())

    /// - Parameter patience: who has waited longer is refused: it has given up by then, or soon will.
    package init(store: Store, patience: TimeAmount = .seconds(3)) {
        self.store = store
        self.patience = patience
    }

    /// Fails with `not_authenticated` if the session has ended, `overloaded`, or what the database fails with.
    package func greet(_ token: SecretToken, on eventLoop: any EventLoop) -> EventLoopFuture<Answer> {
        let question = Question(token: token, askedAt: .now(), promise: eventLoop.makePromise())
        let isTaken = state.withLockedValue { state in
            guard state.waiting.count < Self.waitingLimit else { return false }
            state.waiting.append(question)
            return true
        }
        if isTaken {
            askNext(on: eventLoop)
        } else {
            question.promise.fail(ChatError.overloaded("Too many sockets are being opened."))
        }
        return question.promise.futureResult
    }

    private func askNext(on eventLoop: any EventLoop) {
        guard let batch = takeBatch() else { return }
        let tokens = batch.map(\.token)
        store.run(on: eventLoop) { try Sessions.greet(tokens, on: $0) }.whenComplete { result in
            self.state.withLockedValue { $0.asking -= 1 }
            self.askNext(on: eventLoop)
            for (index, question) in batch.enumerated() {
                question.promise.completeWith(result.flatMap { Self.answer($0[index]) })
            }
        }
    }

    private static func answer(_ found: Answer?) -> Result<Answer, any Error> {
        found.map { .success($0) } ?? .failure(ChatError.notAuthenticated)
    }

    /// `nil` if nobody waits, or enough is under way.
    private func takeBatch() -> [Question]? {
        let (batch, late) = state.withLockedValue { state -> ([Question], [Question]) in
            guard state.asking < Self.lanes, !state.waiting.isEmpty else { return ([], []) }
            let end = NIODeadline.now() - patience
            let late = Array(state.waiting.prefix { $0.askedAt < end })
            let batch = Array(state.waiting[late.count...].prefix(Self.batchLimit))
            state.waiting.removeFirst(late.count + batch.count)
            if !batch.isEmpty { state.asking += 1 }
            return (batch, late)
        }
        for question in late { question.promise.fail(ChatError.overloaded("The database has too much to do.")) }
        return batch.isEmpty ? nil : batch
    }
}
