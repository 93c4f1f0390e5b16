import NIOCore
import SeededRandom

/// Does what the schedule says. Faults may overlap, but each of server and database suffers one at a time.
struct Nemesis: Sendable {
    let server: ServerProcess
    let database: ScratchDatabase
    let clientProxy: FaultProxy
    /// `nil` if the clock cannot be set; then nothing of that kind may be in the schedule.
    let clock: FakeClock?
    let crowd: CrowdControl
    let log: FaultLog
    private let serverTurn = Turn()
    private let databaseTurn = Turn()
    private let clientWayTurn = Turn()
    private let databaseWayTurn = Turn()

    init(
        server: ServerProcess, database: ScratchDatabase, clientProxy: FaultProxy, clock: FakeClock?,
        crowd: CrowdControl, log: FaultLog
    ) {
        self.server = server
        self.database = database
        self.clientProxy = clientProxy
        self.clock = clock
        self.crowd = crowd
        self.log = log
    }

    /// Until the schedule is through and every fault is over, or the task is cancelled.
    func run(_ schedule: FaultSchedule, from start: ContinuousClock.Instant) async {
        await withDiscardingTaskGroup { group in
            for fault in schedule.faults {
                do { try await Task.sleep(until: start + fault.at) } catch { return }
                group.addTask { await strike(fault) }
            }
        }
    }

    private func strike(_ fault: Fault) async {
        var random = SeededGenerator(seed: fault.seed)
        switch fault.kind {
        case .killServer, .stopServer, .freezeServer: await serverTurn.take { await strikeServer(fault) }
        case .crashDatabase, .hangDatabase, .terminateBackends:
            await databaseTurn.take { await strikeDatabase(fault) }
        case .cutCommits, .slowDatabase: await databaseWayTurn.take { await strikeDatabaseWay(fault) }
        case .cutClients, .slowClients, .halfOpenClients: await clientWayTurn.take { await strikeClientWay(fault) }
        case .stallReaders:
            let time = TimeAmount.nanoseconds(Int64(fault.lasts / .nanoseconds(1)))
            let generator = random
            _ = try? await crowd.run { crowd in
                var generator = generator
                crowd.stallReaders(for: time, using: &generator)
            }
            log.happened(fault)
            try? await Task.sleep(for: fault.lasts)
        case .reconnectStorm:
            _ = try? await crowd.run { $0.hangUp() }
            log.happened(fault)
        case .clockStep:
            clock?.set(FakeClock.Offset.allCases.randomElement(using: &random) ?? .true)
            log.happened(fault)
        }
    }

    private func strikeServer(_ fault: Fault) async {
        switch fault.kind {
        case .killServer:
            server.kill()
            log.happened(fault)
        case .stopServer:
            log.happened(fault)
            await server.terminate(within: .seconds(15))
        default:
            server.freeze()
            try? await Task.sleep(for: fault.lasts)
            server.thaw()
            log.happened(fault)
        }
        // A server that has just been started is left alone until it has served somebody.
        await log.recovery(of: fault, within: .seconds(5))
    }

    private func strikeDatabase(_ fault: Fault) async {
        switch fault.kind {
        case .crashDatabase:
            do { try await database.crash() } catch { log.failed("PostgreSQL did not start again: \(error)") }
        case .hangDatabase: await database.hang(for: fault.lasts)
        default:
            var random = SeededGenerator(seed: fault.seed)
            _ = try? await database.terminateBackends(all: Bool.random(using: &random))
        }
        log.happened(fault)
    }

    private func strikeDatabaseWay(_ fault: Fault) async {
        var random = SeededGenerator(seed: fault.seed)
        let control = database.proxy.control
        if fault.kind == .slowDatabase {
            control.weather = Self.slow(&random)
            try? await Task.sleep(for: fault.lasts)
            control.weather = .fine
            return log.happened(fault)
        }
        let end = ContinuousClock.now + fault.lasts
        while ContinuousClock.now < end, !Task.isCancelled {
            control.arm([ProxyControl.Cut.allCases.randomElement(using: &random) ?? .afterRequest])
            try? await Task.sleep(for: .milliseconds(Int.random(in: 5...120, using: &random)))
        }
        control.arm([])
        log.happened(fault)
    }

    private func strikeClientWay(_ fault: Fault) async {
        var random = SeededGenerator(seed: fault.seed)
        let control = clientProxy.control
        switch fault.kind {
        case .slowClients:
            control.weather = Self.slow(&random)
            try? await Task.sleep(for: fault.lasts)
            control.weather = .fine
        case .halfOpenClients:
            control.weather.isSilent = true
            try? await Task.sleep(for: fault.lasts)
            control.weather = .fine
            if Bool.random(using: &random) { clientProxy.cut(share: 0.7, using: &random) }
            clientProxy.release()
        default: clientProxy.cut(share: Double.random(in: 0.2...1, using: &random), using: &random)
        }
        log.happened(fault)
    }

    /// Delay, little bandwidth, or both.
    private static func slow(_ random: inout SeededGenerator) -> ProxyControl.Weather {
        var weather = ProxyControl.Weather.fine
        let what = Int.random(in: 0..<3, using: &random)
        if what != 1 { weather.delay = .milliseconds(Int.random(in: 5...150, using: &random)) }
        if what != 0 { weather.bytesPerSecond = Int.random(in: 30_000...500_000, using: &random) }
        return weather
    }
}
