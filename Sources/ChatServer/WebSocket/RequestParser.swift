import NIOCore
import NIOHTTP1

/// NIO's parser of requests in a connection's pipeline, and another one when it has stopped.
///
/// It stops for good behind a request that asks for an upgrade, whatever it is. If that one stays HTTP, a new parser takes over
/// with the bytes that the old one has not touched.
struct RequestParser {
    private(set) var handler = Self.make()
    /// It stops behind the request that is being passed on.
    private var stops = false
    /// That request is complete, and nothing has come from the parser since.
    private(set) var hasStopped = false

    /// A request begins.
    mutating func begins(_ head: HTTPRequestHead) {
        (stops, hasStopped) = (Self.stops(behind: head), false)
    }

    /// The request is complete.
    mutating func ends() { hasStopped = stops }

    /// Whether it reads nothing behind a request: `Upgrade` alone does not stop it.
    private static func stops(behind head: HTTPRequestHead) -> Bool {
        head.method == .CONNECT
            || head.headers.contains(name: "upgrade")
                && head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
    }

    /// To be called when it is sure that nothing more comes from the old one.
    mutating func replace(in pipeline: ChannelPipeline) throws {
        (stops, hasStopped) = (false, false)
        let old = handler
        handler = Self.make()
        try pipeline.syncOperations.addHandler(handler, position: .after(old))
        Self.remove(old, from: pipeline)
    }

    /// What comes from now on is no HTTP any more.
    func leave(_ pipeline: ChannelPipeline) { Self.remove(handler, from: pipeline) }

    /// What a parser leaves behind comes a moment later, and nobody would say that it was all.
    private static func remove(_ parser: ByteToMessageHandler<HTTPRequestDecoder>, from pipeline: ChannelPipeline) {
        let promise = pipeline.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound(pipeline, eventLoop: pipeline.eventLoop)
        promise.futureResult.whenSuccess { bound.value.fireChannelReadComplete() }
        pipeline.syncOperations.removeHandler(parser, promise: promise)
    }

    /// What it has read too far, it hands on when it is removed.
    private static func make() -> ByteToMessageHandler<HTTPRequestDecoder> {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderListSize = 16 * 1024
        limits.maxHeaderFieldCount = 100
        return ByteToMessageHandler(
            HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: limits))
    }
}
