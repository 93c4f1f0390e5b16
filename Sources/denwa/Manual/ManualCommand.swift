import ArgumentParser
import ChatServer
import Foundation

struct ManualCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manual",
        abstract: "Write the pages for man into a folder.",
        discussion: """
            EXAMPLE
              denwa manual /usr/local/share/man/man1 && man denwa-migrate
            """)

    @Argument(help: "The folder; it is made if it does not exist.") var folder: String

    func run() throws {
        let program = try CommandDescription(dump: Denwa._dumpHelp())
        let directory = URL(filePath: folder)
        do {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            for page in ManualPage.all(of: program, version: ChatApplication.version) {
                try Data(page.text.utf8).write(to: directory.appending(path: page.file))
                Terminal.data(page.file)
            }
        } catch let error as CocoaError {
            throw FileFailure(path: folder, error)
        }
    }
}

/// A file that could not be written: cause and cure.
struct FileFailure: Error, CustomStringConvertible {
    let description: String

    init(path: String, _ error: CocoaError) {
        let reason = (error.underlying as? POSIXError).map { String(cString: strerror($0.code.rawValue)) }
        description =
            "\(path) cannot be written: \(reason ?? "the system refuses it"). Choose a folder that this user may write to."
    }
}

struct CompletionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completions",
        abstract: "Print the completions of the command line for a shell.",
        discussion: """
            EXAMPLES
              denwa completions bash > /etc/bash_completion.d/denwa
              denwa completions zsh > "${fpath[1]}/_denwa"
              denwa completions fish > ~/.config/fish/completions/denwa.fish
            """)

    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash, zsh, fish
    }

    @Argument(help: "bash, zsh or fish.") var shell: Shell

    func run() {
        let script =
            switch shell {
            case .bash: Denwa.completionScript(for: .bash)
            case .zsh: Denwa.completionScript(for: .zsh)
            case .fish: Denwa.completionScript(for: .fish)
            }
        Terminal.data(script)
    }
}
