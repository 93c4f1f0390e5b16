import Glibc

/// Data goes to the standard output, talk to the standard error.
enum Terminal {
    /// One line of data.
    static func data(_ line: String) {
        write(line + "\n", to: STDOUT_FILENO)
    }

    /// One line of talk.
    static func say(_ line: String) {
        write(line + "\n", to: STDERR_FILENO)
    }

    /// Asks a person.
    /// - Returns: the answer, or `nil` if there is nobody to ask.
    static func ask(_ question: String) -> String? {
        guard isatty(STDIN_FILENO) == 1 else { return nil }
        say(question)
        return readLine()
    }

    /// Text as it is. Unbuffered, so that a program that reads us sees a line at once.
    static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
