import ChatClient
import DenwaDev
import Foundation
import NIOCore
import NIOPosix

/// Everything that runs during a proof.
struct Scene: Sendable {
    let stage: Stage
    let database: ScratchDatabase
    let server: ServerProcess
    let clientProxy: FaultProxy
    /// `nil` if the clock cannot be set.
    let clock: FakeClock?
    let crowd: CrowdControl
    let faults: FaultLog
    let nemesis: Nemesis
    private let accounts: [UInt16]
    private let readers: Set<UInt16>

    /// Starts database, proxies and server, and makes accounts and rooms.
    static func build(_ options: ProveOptions, on group: any EventLoopGroup) async throws -> Scene {
        let database = try await ScratchDatabase.start(acceptLoss: options.unsafeDurability, on: group)
        let port = try await freePort(on: group)
        let log = FileManager.default.temporaryDirectory.appending(path: "denwa-prove-\(port).log").path
        let complaints = Complaints()
        let answerTimes = AnswerTimes()
        let clock = options.faults.contains(.clockStep) ? FakeClock() : nil
        let server = ServerProcess(
            databaseURL: database.serverURL, port: port,
            options: options.unsafeDurability ? ["--unsafe-durability"] : [], variables: clock?.environment ?? [:],
            log: log, answerTimes: answerTimes, complain: complaints.add)
        server.start()
        do {
            let clientProxy = try await FaultProxy.start(
                to: SocketAddress(ipAddress: "127.0.0.1", port: port), on: group)
            let loop = group.next()
            let cast = try await Cast.sign(options, port: port, on: loop)
            let stage = Stage(
                seed: options.seed, recorder: Recorder(), answerTimes: answerTimes, eventLoop: loop, serverPort: port,
                proxyPort: clientProxy.port, rooms: cast.rooms, accountIDs: cast.logins.map { $0.accountID })
            complaints.forward { stage.complain($0) }
            let crowd = try await CrowdControl.make(stage: stage, options: options, logins: cast.logins)
            return Scene(stage, database, server, clientProxy, clock, crowd, options)
        } catch {
            try? await server.end()
            clock?.remove()
            await database.stop()
            throw error
        }
    }

    private init(
        _ stage: Stage, _ database: ScratchDatabase, _ server: ServerProcess, _ clientProxy: FaultProxy,
        _ clock: FakeClock?, _ crowd: CrowdControl, _ options: ProveOptions
    ) {
        self.stage = stage
        self.database = database
        self.server = server
        self.clientProxy = clientProxy
        self.clock = clock
        self.crowd = crowd
        self.faults = FaultLog(recorder: stage.recorder)
        self.nemesis = Nemesis(
            server: server, database: database, clientProxy: clientProxy, clock: clock, crowd: crowd, log: faults)
        self.accounts = stage.accountIDs.indices.map { UInt16($0) }
        self.readers = Set((options.writers..<options.writers + options.readers).map { UInt16($0) })
    }

    /// Takes back what a fault that was cut short may have left.
    func restoreWays() {
        for proxy in [clientProxy, database.proxy] {
            proxy.control.weather = .fine
            proxy.control.arm([])
            proxy.release()
        }
        server.thaw()
        clock?.set(.true)
    }

    /// Ends the clients and the server, and takes what they leave.
    func evidence() async throws -> Evidence {
        try await crowd.run { $0.stop() }
        try await server.end()
        let dump = Dump(stage: stage)
        let stored = try await database.run { try dump.events(on: $0) }
        let memberships = try await database.run { try dump.memberships(on: $0) }
        let heads = try await database.run { try dump.heads(on: $0) }
        return Evidence(
            history: stage.recorder.history, stored: stored, heads: heads.mapValues { UInt32(clamping: $0) },
            memberships: memberships, accounts: accounts,
            completeReaders: readers, script: stage.script)
    }

    /// Removes everything.
    /// - Parameter keepingLog: all but what the server said.
    func clear(keepingLog: Bool) async {
        _ = try? await crowd.run { $0.stop() }
        try? await server.end()
        await clientProxy.stop()
        await database.stop()
        clock?.remove()
        if !keepingLog { try? FileManager.default.removeItem(atPath: server.log) }
    }

    private static func freePort(on group: any EventLoopGroup) async throws -> Int {
        let probe = try await ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
        let port = probe.localAddress?.port ?? 0
        try await probe.close()
        return port
    }
}
