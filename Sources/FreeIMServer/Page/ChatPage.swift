import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// The page at `/`: a chat over WebSocket in one file, to try a server with.
struct ChatPage: Sendable {
    /// The page, with the WebSocket listener's port in it (nil: there is none).
    let html: String
    /// Lets the page's own script and style run, and nothing that somebody wrote into a message.
    let contentSecurityPolicy: String

    init(webSocketPort: Int?, isSecure: Bool) {
        let page = String(decoding: PackageResources.page_html, as: UTF8.self)
        let place = page.components(separatedBy: ChatPage.mark)
        let port = webSocketPort.map(String.init) ?? "null"
        let server = "{\"ws\":\(port),\"tls\":\(isSecure)}"
        html = place.count == 3 ? place[0] + server + place[2] : page
        let script = ChatPage.digest(html, of: "script")
        let style = ChatPage.digest(html, of: "style")
        contentSecurityPolicy = """
            default-src 'none'; script-src '\(script)'; style-src '\(style)'; \
            connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; \
            frame-ancestors 'none'
            """
    }

    /// What stands on both sides of the server's particulars.
    private static let mark = "/*SERVER*/"

    private static func digest(_ html: String, of tag: String) -> String {
        let inner = html.components(separatedBy: "<\(tag)>").last?
            .components(separatedBy: "</\(tag)>").first
        let hash = SHA256.hash(data: Data((inner ?? "").utf8))
        return "sha256-" + Data(hash).base64EncodedString()
    }

    /// The answer to a GET.
    var response: Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "text/html; charset=utf-8",
                .contentSecurityPolicy: contentSecurityPolicy,
                .xContentTypeOptions: "nosniff", .cacheControl: "no-store",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }
}
