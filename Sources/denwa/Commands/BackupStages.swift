import Backup
import ChatServer
import ChatStore
import Schema
import Synchronization

/// A progress bar for each stage of a backup or a restore, one after the other.
final class StageBars: Sendable {
    private let current = Mutex<(stage: Stage, bar: ProgressBar)?>(nil)

    /// Shows the progress, and gives up at a Ctrl-C.
    var observer: Observer {
        Observer(progress: { self.show($0, $1, $2) }, isInterrupted: { Interruption.happened })
    }

    /// Takes the bar away that is shown.
    func finish() {
        current.withLock { current in
            current?.bar.finish()
            current = nil
        }
    }

    private func show(_ stage: Stage, _ done: Int64, _ total: Int64) {
        let unit = stage.bytesAtOnce
        let bar = current.withLock { current in
            if let current, current.stage == stage { return current.bar }
            current?.bar.finish()
            let bar = ProgressBar(stage.title, total: Int(total / unit), unit: unit == 1 ? "rows" : "MB")
            current = (stage, bar)
            return bar
        }
        bar.advance(to: Int(done / unit))
    }
}

extension Stage {
    fileprivate var title: String {
        switch self {
        case .hashing: "Hashing the tables"
        case .dumping: "Dumping"
        case .reading: "Checking the dump"
        case .restoring: "Restoring"
        case .comparing: "Comparing"
        }
    }

    /// A million bytes; rows are shown as they are.
    fileprivate var bytesAtOnce: Int64 { self == .dumping ? 1 : 1_000_000 }
}

extension Product {
    /// The program that runs.
    static var this: Product {
        // A file's name begins with its number.
        let newest = Schema.migrations.compactMap { Int($0.name.prefix(4)) }.max() ?? 0
        return Product(version: ChatApplication.version, newestSchema: newest) { try Epoch.current(on: $0) }
    }
}

extension Double {
    /// For people and programs: no more digits than were measured.
    var inHundredths: Double { (self * 100).rounded() / 100 }
}

extension Int64 {
    /// Millions, with one digit behind the point.
    var inMegabytes: Double { (Double(self) / 100_000).rounded() / 10 }
}
