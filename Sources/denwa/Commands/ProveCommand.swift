import ArgumentParser
import Foundation
import Prove

struct ProveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Break a server of its own in every way for some minutes, and check that nothing was lost.",
        discussion: """
            Starts a throw-away PostgreSQL and a server, lets clients write and read,
            and meanwhile kills, stops, cuts and slows everything. Then it compares
            what every client did and saw with what the database has. It needs no
            database of yours and touches none.

            EXAMPLES
              denwa prove
              denwa prove --seconds 3600 --at-least 3000000 --report proof.json
              denwa prove --faults kill-server,cut-commits --seed 42
              denwa prove --seconds 20 --faults crash-database --unsafe-durability
            """)

    @Option(help: "How long there are faults and new messages.") var seconds = 180
    @Option(help: "Decides what happens when; default: a new one, which is printed.") var seed: UInt64?
    @Option(help: "Only these faults, with commas between them; `none` for none.") var faults: String?
    @Option(help: "Clients that send.") var writers = 8
    @Option(help: "Clients that read.") var readers = 8
    @Option(help: "Clients that join, read and leave.") var visitors = 3
    @Option(help: "Rooms.") var rooms = 6
    @Option(help: "Most messages a second.") var rate = 2000
    @Option(help: "Acknowledged messages without which the run proves nothing.") var atLeast = 1
    @Option(help: "A file for the report, in JSON.") var report: String?
    @Flag(help: "Let PostgreSQL confirm what it has not written, to see that the loss is found.")
    var unsafeDurability = false

    func validate() throws {
        for (name, value, range) in [
            ("seconds", seconds, 5...86_400), ("writers", writers, 1...500), ("readers", readers, 0...500),
            ("visitors", visitors, 0...100), ("rooms", rooms, 1...100), ("rate", rate, 1...100_000),
            ("at-least", atLeast, 0...1_000_000_000),
        ] where !range.contains(value) {
            let bounds = "\(range.lowerBound) to \(range.upperBound)"
            throw ValidationError("--\(name) is \(value); it has to be from \(bounds).")
        }
        _ = try kinds()
    }

    func run() async throws {
        Interruption.watch()
        let seed = seed ?? UInt64.random(in: 0...9_999_999)
        Terminal.say("seed \(seed)")
        let options = ProveOptions(
            seconds: seconds, seed: seed, faults: try kinds(), writers: writers, readers: readers, visitors: visitors,
            rooms: rooms, rate: rate, atLeast: atLeast, unsafeDurability: unsafeDurability)
        let result = try await ProveRun(options, say: Terminal.say) { Interruption.happened }.run()
        if let report { try result.json().write(to: URL(filePath: report)) }
        for line in result.lines { Terminal.data(line) }
        guard result.isPassed else { throw ExitCode.failure }
    }

    private func kinds() throws -> Set<FaultKind> {
        guard let faults else { return Set(FaultKind.allCases) }
        guard faults != "none" else { return [] }
        return Set(
            try faults.split(separator: ",").map { name in
                guard let kind = FaultKind(rawValue: String(name)) else {
                    let known = FaultKind.allCases.map { $0.rawValue }.joined(separator: ", ")
                    throw ValidationError("There is no fault \(name); there are \(known).")
                }
                return kind
            })
    }
}
