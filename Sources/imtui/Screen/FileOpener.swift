import Foundation
import FreeIMClient
import FreeIMProtocol

/// Opens and saves the files of messages: pictures on the screen, the rest with other programs.
struct FileOpener: Sendable {
    let client: ChatClient
    let queue: ActionQueue
    /// Whether pictures are shown here at all.
    let showsPictures: Bool

    func start(_ act: ScreenEffect.FileAct) {
        // Owned by the screen: ends with one file.
        Task {
            do {
                switch act {
                case .open(let message): try await open(message)
                case .save(let message): try await run("file.save", message)
                }
            } catch {
                queue.push(.notice("\(error)", isWarning: true))
            }
        }
    }

    private func open(_ message: ChatMessage) async throws {
        let file = try SentFile(of: message)
        guard showsPictures, file.isPicture else { return try await run("file.open", message) }
        let path = try FilePlace.kept(file)
        if !FileManager.default.fileExists(atPath: path) {
            try await FileOpener.watch(file.name, isUpload: false, queue) { progress in
                try await client.download(file.url, to: path, progress: progress)
            }
        }
        do {
            let picture = try await Picture.decode(file: path)
            let id = UInt32(truncatingIfNeeded: message.seq &* 31 &+ message.chatroomID)
            queue.push(
                .showPicture(PictureOverlay(name: file.name, id: max(1, id), picture: picture)))
        } catch {
            // Whatever cannot be shown here, another program may know.
            queue.push(.notice("\(error)", isWarning: true))
            try await run("file.open", message)
        }
    }

    private func run(_ name: String, _ message: ChatMessage) async throws {
        let call = CommandCall(name, ["seq": .int(message.seq)])
        let file = try SentFile(of: message)
        let result = try await FileOpener.watch(file.name, isUpload: false, queue) { progress in
            try await CommandRunner(client: client).run(
                call, chatroomID: message.chatroomID, enqueued: {}, progress: progress)
        }
        queue.push(.called(call, .success(result)))
    }

    /// Shows how far a transfer is while it lasts.
    static func watch<T>(
        _ name: String, isUpload: Bool, _ queue: ActionQueue,
        _ work: (@escaping @Sendable (Int64, Int64) -> Void) async throws -> T
    ) async throws -> T {
        let id = UUID().uuidString
        defer { queue.push(.transfer(id, nil)) }
        return try await work { done, total in
            queue.push(
                .transfer(id, .init(name: name, isUpload: isUpload, done: done, total: total)))
        }
    }
}

extension SentFile {
    /// Whether it is a picture that can be shown as cells.
    var isPicture: Bool { type.hasPrefix("image/") }
}

extension ChatMessage {
    /// The file that it carries; nil: none.
    var file: SentFile? { try? SentFile(of: self) }
}
