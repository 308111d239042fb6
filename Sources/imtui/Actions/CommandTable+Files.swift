import Foundation
import FreeIMClient
import FreeIMProtocol

extension CommandTable {
    static let files: [CommandDefinition] = [
        CommandDefinition(
            "file.send", "/file send", [.needs("path", .path), .takes("chat", .chat)],
            "send a file; pictures, videos and sounds show as such", .connection
        ) { scene in
            let chatroomID = try await scene.chat()
            let id = try await scene.client.sendFile(
                FilePlace.expanded(scene.text("path")), to: chatroomID, progress: scene.progress)
            scene.enqueued()
            return try await scene.answer(to: id, done: "sent")
        },
        CommandDefinition(
            "file.save", "/file save",
            [.needs("seq", .number), .takes("path", .path), .named("chat", .chat)],
            "save the file of a message, to the download folder or as a path", .connection
        ) { scene in
            let file = try SentFile(of: try await scene.message())
            let wanted = scene.has("path") ? scene.text("path") : FilePlace.downloads
            let path = try FilePlace.free(FilePlace.expanded(wanted), named: file.safeName)
            try await scene.client.download(file.url, to: path, progress: scene.progress)
            return CommandResult(data: ["path": .string(path)], notice: "saved as \(path)")
        },
        CommandDefinition(
            "file.open", "/file open", [.needs("seq", .number), .named("chat", .chat)],
            "open the file of a message with the desktop's program for it", .connection
        ) { scene in
            let file = try SentFile(of: try await scene.message())
            let path = try FilePlace.kept(file)
            if !FileManager.default.fileExists(atPath: path) {
                try await scene.client.download(file.url, to: path, progress: scene.progress)
            }
            try FilePlace.open(path)
            return CommandResult(data: ["path": .string(path)], notice: "opened \(path)")
        },
    ]
}
