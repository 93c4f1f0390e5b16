import Limits
import NIOCore

extension Channel {
    /// Who is at the other end of the connection, which may be a proxy. A Unix socket has no address: that is this machine.
    var peerAddress: IPAddress { remoteAddress?.ipAddress.flatMap { IPAddress($0) } ?? .loopback }
}
