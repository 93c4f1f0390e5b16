import NIOCore
import NIOPosix

extension ClientBootstrap {
    /// Without a look-up if the host is an address: one for each of ten thousand sockets would be felt.
    func connect(to address: ServerAddress) -> EventLoopFuture<any Channel> {
        if let socketAddress = address.socketAddress { return connect(to: socketAddress) }
        return connect(host: address.host, port: address.port)
    }
}
