import ChatCore
import Logging

/// Brings new accounts into the rooms that they find themselves in.
struct Newcomers: Sendable {
    let entrance: LogEntrance
    let defaultRoom: RoomName
    let logger: Logger

    /// - Parameter room: that of the invitation, if it is for one.
    func join(_ account: Account, and room: RoomName? = nil) async {
        await join(account, only: defaultRoom)
        if let room { await join(account, only: room) }
    }

    /// The account exists by now; who does not get into a room here can still join it.
    func join(_ account: Account, only room: RoomName) async {
        do {
            _ = try await entrance.change(.joined, account, in: room)
        } catch {
            logger.warning("A new account could not join \(room): \(error)")
        }
    }
}
