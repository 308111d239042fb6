import Foundation
import FreeIMProtocol

/// Where the server that runs on a data folder is reached: `DIR/server.json`, mode 0600, written
/// when it is ready and removed at its end. Without a holder of the folder's lock it is stale.
struct RunningServer: Sendable, Equatable {
    static let name = "server.json"

    let pid: Int32
    /// HOST:PORT; nil: that listener is off.
    let tcp: ListenAddress?
    let ws: ListenAddress?
    let http: ListenAddress?
    /// The PEM file of the certificate that the listeners show; nil: no TLS.
    let certificate: String?

    /// Writes it whole, or not at all. Throws `StoreError`.
    func write(_ directory: String) throws(StoreError) {
        func text(_ address: ListenAddress?) -> JSONValue {
            address.map { .string($0.description) } ?? .null
        }
        let json: JSONValue = [
            "pid": .int(Int64(pid)), "tcp": text(tcp), "ws": text(ws), "http": text(http),
            "certificate": certificate.map { .string($0) } ?? .null,
        ]
        let path = "\(directory)/\(RunningServer.name)"
        let partial = path + ".part"
        let bytes = (try? json.bytes()) ?? []
        unlink(partial)
        let made = FileManager.default.createFile(
            atPath: partial, contents: Data(bytes + [UInt8(ascii: "\n")]),
            attributes: [.posixPermissions: 0o600])
        guard made, rename(partial, path) == 0 else {
            throw StoreError("\(path) cannot be written")
        }
    }

    static func remove(_ directory: String) {
        unlink("\(directory)/\(name)")
    }

    /// What stands in the folder; nil: nothing, or not the work of this program.
    init?(_ directory: String) {
        guard
            let data = FileManager.default.contents(atPath: "\(directory)/\(RunningServer.name)"),
            let json = JSONValue(parsing: Array(data)), let pid = json["pid"].integer
        else { return nil }
        self.init(
            pid: Int32(truncatingIfNeeded: pid),
            tcp: json["tcp"].text.flatMap { ListenAddress($0) },
            ws: json["ws"].text.flatMap { ListenAddress($0) },
            http: json["http"].text.flatMap { ListenAddress($0) },
            certificate: json["certificate"].text)
    }

    init(
        pid: Int32, tcp: ListenAddress?, ws: ListenAddress?, http: ListenAddress?,
        certificate: String?
    ) {
        self.pid = pid
        self.tcp = tcp
        self.ws = ws
        self.http = http
        self.certificate = certificate
    }
}
