import ChatCore
import ChatStore
import Hummingbird
import Logging

/// The cookies by which devices are known again.
struct KnownDevices: Sendable {
    let store: Store
    let cookies: SessionCookie

    /// Adds the device's cookie to the answer. Without one it is only a device like any other, so a failure does not undo the rest.
    /// - Parameters:
    ///   - presented: the cookie that it has.
    ///   - session: of the log-in on it, if it logged in.
    func remember(
        _ presented: SecretToken?, of account: AccountID, in session: SessionID?, _ response: inout Response,
        _ logger: Logger
    ) async {
        do {
            let device = try await store.run { try Devices.remember(presented, of: account, in: session, on: $0) }
            cookies.add(device: device, to: &response)
        } catch {
            logger.notice("A device could not be remembered: \(error)")
        }
    }
}
