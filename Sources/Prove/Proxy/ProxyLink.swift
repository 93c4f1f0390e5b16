import NIOCore

/// One connection through a proxy. Confined to its event loop.
///
/// More is read when all that was read has been passed on, so a slow way slows the sender down.
final class ProxyLink {
    enum Side { case client, server }

    private let client: any Channel
    private let server: any Channel
    private let control: ProxyControl
    /// What was read and not yet passed on, for each side.
    private var waiting: [Side: [ByteBuffer]] = [:]
    /// Sides whose first bytes are on their way.
    private var busy: Set<Side> = []
    private var filter: CutFilter
    /// What the next answer meets.
    private var cutOfAnswer: ProxyControl.Cut?

    init(client: any Channel, server: any Channel, control: ProxyControl) {
        self.client = client
        self.server = server
        self.control = control
        self.filter = CutFilter(control.target)
    }

    func start() {
        client.read()
        server.read()
    }

    func arrived(_ bytes: ByteBuffer, from side: Side) {
        waiting[side, default: []].append(bytes)
        next(side)
    }

    /// The way is open again.
    func release() {
        next(.client)
        next(.server)
    }

    func end() {
        waiting = [:]
        client.close(promise: nil)
        server.close(promise: nil)
    }

    /// One after the other, so that nothing overtakes.
    private func next(_ side: Side) {
        guard !busy.contains(side), !control.weather.isSilent, let bytes = waiting[side]?.first else { return }
        waiting[side]?.removeFirst()
        busy.insert(side)
        switch side {
        case .client: request(bytes)
        case .server: answer(bytes)
        }
    }

    private func request(_ bytes: ByteBuffer) {
        guard filter.takes(bytes), cutOfAnswer == nil, let cut = control.takeCut() else {
            return pass(bytes, from: .client)
        }
        switch cut {
        case .beforeRequest: end(with: cut)
        case .afterRequest: server.writeAndFlush(bytes).assumeIsolated().whenComplete { _ in self.end(with: cut) }
        case .beforeAnswer, .withinAnswer:
            cutOfAnswer = cut
            pass(bytes, from: .client)
        }
    }

    private func answer(_ bytes: ByteBuffer) {
        guard let cut = cutOfAnswer else { return pass(bytes, from: .server) }
        guard cut == .withinAnswer, let part = bytes.getSlice(at: bytes.readerIndex, length: bytes.readableBytes / 2)
        else { return end(with: cut) }
        client.writeAndFlush(part).assumeIsolated().whenComplete { _ in self.end(with: cut) }
    }

    private func end(with cut: ProxyControl.Cut) {
        control.didCut(cut)
        end()
    }

    private func pass(_ bytes: ByteBuffer, from side: Side) {
        let weather = control.weather
        var wait = weather.delay
        if weather.bytesPerSecond > 0 { wait += .seconds(1) * bytes.readableBytes / weather.bytesPerSecond }
        guard wait > .zero else { return forward(bytes, from: side) }
        let time = TimeAmount.nanoseconds(Int64(wait / .nanoseconds(1)))
        client.eventLoop.assumeIsolated().scheduleTask(in: time) { self.forward(bytes, from: side) }
    }

    private func forward(_ bytes: ByteBuffer, from side: Side) {
        let (source, target) = side == .client ? (client, server) : (server, client)
        target.writeAndFlush(bytes).assumeIsolated().whenComplete { _ in
            self.busy.remove(side)
            if self.waiting[side]?.isEmpty ?? true { source.read() } else { self.next(side) }
        }
    }
}

/// One end of a link.
final class ProxyEnd: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let link: ProxyLink
    private let side: ProxyLink.Side

    init(_ link: ProxyLink, _ side: ProxyLink.Side) {
        self.link = link
        self.side = side
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        link.arrived(Self.unwrapInboundIn(data), from: side)
    }

    func channelInactive(context: ChannelHandlerContext) { link.end() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { link.end() }
}
