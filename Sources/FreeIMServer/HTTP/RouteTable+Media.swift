import FreeIMProtocol
import HTTPTypes
import Hummingbird
import NIOCore

extension RouteTable {
    static let media: [Route] = [
        Route(
            .post, "/common/get.qiniu.upload.token",
            "A token to upload with, for an image, a video, a voice message or any file.",
            [.needs("type", .word(MediaType.Kind.allCases.map(\.rawValue)))],
            answers: .object(["token": .text, "expires": .integer, "domain": .text])
        ) { call in
            let ticket = UploadTicket(
                userID: call.userID, expiresTime: WallClock.milliseconds() + UploadTicket.lifetimeMs
            )
            return [
                "token": .string(ticket.token(key: call.services.media.key)),
                "expires": .int(ticket.expiresTime), "domain": "",
            ]
        },
        Route(
            .put, "/media/:name", "Stores the body as a file of that name.",
            [
                .needs("name", .content(MediaName.originalCharactersMax)),
                .needs("upload-token", .text(textMax), .header),
            ],
            answers: .object([
                "url": .text, "name": .text, "size": .integer, "type": .text,
            ])
        ) { call in
            let media = call.services.media
            _ = try UploadTicket.check(
                call.text("upload-token"), key: media.key, userID: call.userID,
                now: WallClock.milliseconds())
            guard let body = call.rawBody else {
                throw Refusal(.malformedBody, "The file is empty.")
            }
            let stored = try await media.store(body) { name, size in
                try await call.store.write { context in
                    try MediaQuota.charge(context, userID: call.userID, name: name, size: size)
                }
            }
            return [
                "url": .string(stored.name.url),
                "name": .string(MediaName.original(call.text("name"))),
                "size": .int(Int64(stored.size)),
                "type": .string(stored.name.type.contentType),
            ]
        },
        Route(
            .get, "/media/:name", .user, "A stored file, or the part that Range names.",
            [
                .needs("name", .content(textMax)), .takes("range", .text(textMax), .header),
                .takes("if-range", .text(textMax), .header),
            ], answers: .raw("*/*"),
            replying: { call in
                let file = try await call.services.media.open(call.text("name"))
                return .response(download(file, call))
            }),
    ]

    private static func download(_ file: MediaFile, _ call: RouteCall) -> Response {
        let tag = "\"\(file.name.hash)\""
        let isSame = !call.has("if-range") || call.text("if-range") == tag
        let range = ByteRange(isSame ? call.text("range") : "", size: file.size)
        var headers: HTTPFields = [
            .contentType: file.name.type.contentType, .acceptRanges: "bytes", .eTag: tag,
            .cacheControl: "private, max-age=31536000, immutable",
            .xContentTypeOptions: "nosniff",
            .contentSecurityPolicy: "default-src 'none'; sandbox",
        ]
        if file.name.type.kind == .file { headers[.contentDisposition] = "attachment" }
        let media = call.services.media
        switch range {
        case .whole:
            return Response(
                status: .ok, headers: headers,
                body: media.content(file, first: 0, count: file.size))
        case .part(let first, let last):
            headers[.contentRange] = "bytes \(first)-\(last)/\(file.size)"
            return Response(
                status: .partialContent, headers: headers,
                body: media.content(file, first: first, count: last - first + 1))
        case .unsatisfiable:
            let refusal = Refusal(
                .malformedBody, "The file has \(file.size) bytes; the range begins behind them.")
            var response = RouteResponder.reply(refusal, status: 416, code: 416)
            response.headers[.contentRange] = "bytes */\(file.size)"
            return response
        }
    }
}
