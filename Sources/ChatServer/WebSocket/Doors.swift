import ChatCore
import ChatRealtime
import Limits
import NIOCore
import NIOHTTP1
import SocketIO

/// Finds the door that a WebSocket knocks at.
struct Doors: Sendable {
    let native: NativeDoor
    let socketIO: SocketIODoor
    /// Those whose `X-Forwarded-For` is believed.
    let proxies: [AddressRange]

    @Sendable func decide(
        _ head: HTTPRequestHead, _ handshake: Handshake, on channel: any Channel
    ) -> EventLoopFuture<UpgradeDecision> {
        guard socketIO.isAsked(head.uri) else { return native.decide(head, handshake, on: channel.eventLoop) }
        let address = ClientAddress.find(
            peer: channel.peerAddress, forwardedFor: head.headers["X-Forwarded-For"], trusting: proxies)
        return channel.eventLoop.makeSucceededFuture(socketIO.decide(head, from: address))
    }
}

extension EngineConfiguration {
    /// The reference server's times; bodies as large as what a batch of messages takes.
    static let product = EngineConfiguration(
        pingInterval: .seconds(25), pingTimeout: .seconds(20), maxPayload: 131_072)
}
