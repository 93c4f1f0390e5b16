import Foundation
import Glibc

/// Clang's coverage-guided fuzzer, if `script/fuzz` has linked it.
enum LibFuzzer {
    private typealias Callback = @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
    private typealias Arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    /// `LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size))`
    private typealias Driver =
        @convention(c) (UnsafeMutablePointer<CInt>, UnsafeMutablePointer<Arguments?>, Callback) -> CInt

    /// What to fuzz: a target's name, and behind it libFuzzer's own arguments, separated by spaces.
    private static let request = (ProcessInfo.processInfo.environment["DENWA_FUZZ"] ?? "").split(separator: " ")
    private static let target = request.first.flatMap { FuzzTarget.named(String($0)) }

    static var isWanted: Bool { !request.isEmpty }

    /// Fuzzes until the arguments or a finding end the process. Needs the main thread, which gets the timer's signals.
    /// - Parameter folder: gets the seeds and what is learned.
    static func run() throws {
        guard let target else { throw Finding(description: "There is no target \(request[0]).") }
        guard let symbol = dlsym(nil, "LLVMFuzzerRunDriver") else {
            throw Finding(description: "libFuzzer is not linked; use script/fuzz.")
        }
        let (corpus, dictionary) = try prepare(target)
        let words =
            ["fuzz", corpus, "-dict=\(dictionary)", "-max_len=\(target.limit)"] + request.dropFirst().map { String($0) }
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { word in strdup(word) } + [nil]
        var count = CInt(words.count)
        arguments.withUnsafeMutableBufferPointer { buffer in
            var start = buffer.baseAddress
            _ = unsafeBitCast(symbol, to: Driver.self)(&count, &start) { LibFuzzer.check($0, $1) }
        }
    }

    private static func check(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
        do {
            try target?.run(Array(UnsafeBufferPointer(start: start, count: count)))
        } catch {
            // Only a crash makes libFuzzer keep the input.
            fatalError("a promise was broken: \(error)")
        }
        return 0
    }

    private static func prepare(_ target: FuzzTarget) throws -> (corpus: String, dictionary: String) {
        let folder = URL(filePath: ".build/fuzz").appending(path: target.name)
        let corpus = folder.appending(path: "corpus")
        try FileManager.default.createDirectory(at: corpus, withIntermediateDirectories: true)
        for (number, seed) in target.seeds.enumerated() {
            try Data(seed).write(to: corpus.appending(path: "seed-\(number)"))
        }
        let dictionary = folder.appending(path: "dictionary")
        let lines = target.tokens.map { token in
            "\"" + token.utf8.map { "\\x" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "\"\n"
        }
        try Data(lines.joined().utf8).write(to: dictionary)
        return (corpus.path, dictionary.path)
    }
}
