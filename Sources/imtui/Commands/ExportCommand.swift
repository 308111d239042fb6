import ArgumentParser
import Foundation
import FreeIMClient
import FreeIMProtocol

struct ExportCommand: AsyncParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case jsonl, md, html }

    /// Messages taken from the cache at once.
    static let pageMessagesMax = 500
    /// Messages pulled at once.
    static let pullMessagesMax: Int64 = 500

    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes the whole history of a chat.",
        discussion: """
            What is missing here is pulled first. What could not be had is marked in the export, \
            and the exit code is 2 then.
            """)
    @OptionGroup var common: CommonOptions
    @Argument(help: "A chat's number, @account, or its title.") var chat: String
    @Option(help: "jsonl: an object a line; md: Markdown; html: one file that needs no other.")
    var format = Format.jsonl
    @Option(name: .shortAndLong, help: "Write here instead of to standard output.")
    var output: String?
    @Flag(help: "Only what the cache holds; ask the server for nothing.") var offline = false

    func run() async throws {
        let client = try common.client()
        if !offline {
            await client.start()
            try await client.waitUntilOnline()
        }
        let chatroomID = try await ChatName.resolve(chat, client)
        if !offline { try await pullAll(chatroomID, client) }
        guard let chat = try client.cache.conversation(chatroomID, ownID: client.userID) else {
            throw ClientError.unknown("there is no chat \(chatroomID) on this device")
        }
        let file = try ExportFile(output)
        let isWhole = try write(chat, client, file)
        try file.finish()
        await client.stop()
        throw ExitCode(isWhole ? ExitStatus.success : ExitStatus.incomplete)
    }

    /// Pulls every hole, the newest first.
    private func pullAll(_ chatroomID: Int64, _ client: ChatClient) async throws {
        let holes = try await client.verify(chatroomID)
        var left = holes.reduce(0) { $0 + Int64($1.count) }
        for hole in holes.reversed() {
            var high = hole.upperBound
            while high >= hole.lowerBound {
                let low = max(hole.lowerBound, high - ExportCommand.pullMessagesMax + 1)
                try await client.pull(chatroomID, low...high)
                left -= high - low + 1
                high = low - 1
                if isatty(STDERR_FILENO) == 1 { Output.complaint("\(left) messages to pull") }
            }
        }
    }

    /// Writes page by page; whether nothing is missing.
    private func write(
        _ chat: CachedConversation, _ client: ChatClient, _ file: ExportFile
    ) throws -> Bool {
        let format: any ExportFormat =
            switch self.format {
            case .jsonl: JSONLinesExport(client: client)
            case .md: MarkdownExport(client: client)
            case .html: HTMLExport(client: client)
            }
        let held = try client.cache.ranges(chat.chatroomID)
        var isWhole = true
        var last = max(chat.firstSeq, 1) - 1
        var day = ""
        try file.write(format.beginning(chat))
        /// Marks what is missing before a seq.
        func note(before seq: Int64) throws {
            guard last + 1 < seq else { return }
            for hole in held.missing(in: last + 1...seq - 1) {
                isWhole = false
                try file.write(format.missing(hole))
            }
        }
        while true {
            let page = try client.cache.page(
                chat.chatroomID, .after(last), limit: ExportCommand.pageMessagesMax,
                ownID: client.userID)
            if page.isEmpty { break }
            for message in page {
                try note(before: message.seq)
                let today = TimeText.day(message.time)
                if today != day { try file.write(format.day(today)) }
                day = today
                try file.write(format.message(message))
                last = message.seq
            }
        }
        try note(before: chat.headSeq + 1)
        try file.write(format.end)
        return isWhole
    }
}

/// How an export is written; each part is a piece of text.
protocol ExportFormat {
    func beginning(_ chat: CachedConversation) -> String
    func day(_ day: String) -> String
    func message(_ message: ChatMessage) -> String
    func missing(_ seqs: ClosedRange<Int64>) -> String
    var end: String { get }
}

/// Where an export goes: standard output, or a file that is whole once it has its name.
struct ExportFile {
    private let path: String?
    private let descriptor: Int32

    /// Opens it. Throws `ClientError`.
    init(_ path: String?) throws {
        self.path = path
        guard let path else {
            descriptor = STDOUT_FILENO
            return
        }
        descriptor = open(path + ".part", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        if descriptor < 0 { throw ExportFile.failure(path, errno) }
    }

    /// Throws `ClientError` when it cannot be written.
    func write(_ text: String) throws {
        if text.isEmpty { return }
        guard let path else { return Output.write(text) }
        if let failure = Output.write(Array(text.utf8), to: descriptor) {
            unlink(path + ".part")
            throw ExportFile.failure(path, failure)
        }
    }

    /// Gives it its name. Throws `ClientError`.
    func finish() throws {
        guard let path else { return }
        guard fsync(descriptor) == 0, close(descriptor) == 0, rename(path + ".part", path) == 0
        else { throw ExportFile.failure(path, errno) }
    }

    private static func failure(_ path: String, _ number: Int32) -> ClientError {
        .refused(code: "output", message: "\(path): \(String(cString: strerror(number)))")
    }
}
