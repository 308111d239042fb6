import Foundation
import FreeIMHTTPClient
import FreeIMProtocol

extension ChatClient {
    /// UTF-8 bytes of a file's name that are told to the server.
    static let fileNameBytesMax = 200

    /// Puts a file on the server. `progress` is told bytes sent and bytes in all.
    ///
    /// Its task may be cancelled. Throws `ClientError`, and `CancellationError`.
    public nonisolated func upload(
        _ path: String, progress: @escaping @Sendable (Int64, Int64) -> Void = { _, _ in }
    ) async throws -> UploadedFile {
        let name = ChatClient.name(ofFile: path)
        try ChatClient.checkFile(path)
        let ticket = try await http(
            "/common/get.qiniu.upload.token", ["type": .string(UploadedFile.kind(of: name))])
        guard let token = ticket["token"].text, !token.contains(where: \.isNewline) else {
            throw ClientError.refused(code: "internal", message: "the server's answer is odd")
        }
        if let domain = ticket["domain"].text, !domain.isEmpty {
            throw ClientError.unknown("files of this server go to \(domain), which imtui does not")
        }
        let encoded = name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "file"
        let headers =
            ChatClient.headers(options, token: options.token) + [("upload-token", token)]
        let reply = try await ChatClient.transfer {
            try await ChatClient.caller(options).upload(
                "PUT", "/media/\(encoded)", headers: headers, file: path, progress: progress)
        }
        let data = try ChatClient.data(of: reply)
        guard let url = data["url"].text, !url.isEmpty else {
            throw ClientError.refused(code: "internal", message: "the server's answer is odd")
        }
        return UploadedFile(
            url: url, name: name, size: data["size"].integer ?? 0,
            type: data["type"].text ?? "application/octet-stream")
    }

    /// Puts a file on the server and sends it to a chat, as what the server found it to be.
    ///
    /// Returns the ClientMessageId. Throws `ClientError`, and `CancellationError`.
    @discardableResult
    public func sendFile(
        _ path: String, to chatroomID: Int64,
        progress: @escaping @Sendable (Int64, Int64) -> Void = { _, _ in }
    ) async throws -> String {
        let file = try await upload(path, progress: progress)
        return try await send(file.content, to: chatroomID, code: file.code)
    }

    /// Fetches a file of this server to `path`; it is there when it is whole, and not before.
    ///
    /// `progress` is told bytes received and bytes in all (−1: not known). What was at `path` is
    /// replaced. Throws `ClientError`, and `CancellationError`.
    public nonisolated func download(
        _ url: String, to path: String,
        progress: @escaping @Sendable (Int64, Int64) -> Void = { _, _ in }
    ) async throws {
        let place = try ChatClient.place(url, options)
        let reply = try await ChatClient.transfer {
            try await ChatClient.caller(options).download(
                place, headers: ChatClient.headers(options, token: options.token), to: path,
                progress: progress)
        }
        if reply.status == 200 { return }
        _ = try ChatClient.data(of: reply)
        throw ClientError.refused(code: "\(reply.status)", message: "the server has no such file")
    }

    /// The path of an address on this server. The token is for it alone, and for no other.
    private static func place(_ url: String, _ options: ChatClientOptions) throws -> String {
        var place = Substring(url)
        let own =
            "\(options.httpTLS == nil ? "http" : "https")://\(options.httpHost):\(options.httpPort)"
        if url.hasPrefix(own + "/") { place = url.dropFirst(own.count) }
        let isPlain = place.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
        guard place.hasPrefix("/"), !place.hasPrefix("//"), isPlain else {
            throw ClientError.unknown("this file is not on this server: \(url)")
        }
        return String(place)
    }

    private static func name(ofFile path: String) -> String {
        var name = (path as NSString).lastPathComponent
        while name.utf8.count > fileNameBytesMax { name.removeFirst() }
        return name.isEmpty ? "file" : name
    }

    /// Refuses what cannot be sent before anything is asked of the server.
    private static func checkFile(_ path: String) throws {
        let facts = try? FileManager.default.attributesOfItem(
            atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
        guard let facts else { throw ClientError.unknown("\(path) cannot be read") }
        guard facts[.type] as? FileAttributeType == .typeRegular else {
            throw ClientError.unknown("\(path) is not a file")
        }
        let size = (facts[.size] as? NSNumber)?.int64Value ?? 0
        if size > HTTPCaller.uploadBytesMax {
            throw ClientError.unknown(
                "\(path) is too large: \(size) bytes of \(HTTPCaller.uploadBytesMax)")
        }
        if size == 0 { throw ClientError.unknown("\(path) is empty") }
    }

    private static func transfer(
        _ work: () async throws -> HTTPReply
    ) async throws -> HTTPReply {
        do {
            return try await work()
        } catch let error as HTTPCallError {
            throw ClientError(error)
        }
    }
}
