import Foundation
import Glibc

/// One run of a program, to its end.
package struct Command {
    private let program: String
    private let arguments: [String]
    private let folder: String
    /// How errors call it.
    private let name: String

    /// - Parameter folder: where it runs; a place that every user may enter.
    package init(_ program: String, _ arguments: [String], in folder: String = "/", name: String? = nil) {
        self.name = name ?? URL(filePath: program).lastPathComponent
        self.program = program
        self.arguments = arguments
        self.folder = folder
    }

    /// The same as another user; needs root.
    func run(as user: SystemUser?) throws(ClusterError) -> String {
        guard let user else { return try run() }
        let words = user.setprivArguments + ["--", program] + arguments
        return try Command("/usr/bin/setpriv", words, in: folder, name: name).run()
    }

    /// Waits for its end.
    /// - Returns: what it wrote to its standard output and error.
    /// - Throws: ``ClusterError/failed(step:output:)``
    @discardableResult
    package func run() throws(ClusterError) -> String {
        // A file, not a pipe: a server started by the program may keep it open.
        var path = Array("/tmp/denwa-output-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        guard descriptor >= 0 else { throw .failed(step: name, output: String(cString: strerror(errno))) }
        unlink(path)
        defer { close(descriptor) }
        let status = try ChildProcess("/usr/bin/env", ["-C", folder, program] + arguments, output: descriptor).wait()
        let output = Self.contents(of: descriptor)
        guard status == 0 else { throw .failed(step: name, output: output.isEmpty ? "status \(status)" : output) }
        return output
    }

    private static func contents(of descriptor: Int32) -> String {
        lseek(descriptor, 0, SEEK_SET)
        let data = try? FileHandle(fileDescriptor: descriptor, closeOnDealloc: false).readToEnd()
        return String(decoding: data ?? Data(), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
