/// What single parts of a message's way cost, without the kernel and the database: a change to one of them shows here
/// before it shows in `denwa bench`. Build it for release:
/// `swift run -c release microbench`.
@main
struct Microbench {
    static func main() async throws {
        var table = Table()
        CodecBench().run(&table)
        for sockets in [1, 100, 1000] { try HubBench(sockets: sockets).run(&table) }
        for batch in [1, 16, 256] { try await WriterBench(batch: batch).run(&table) }
    }
}
