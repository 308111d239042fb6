import Foundation
import NIOSSL

extension Doctor {
    /// Bytes of disk below which it is a problem, and below which it is worth a warning.
    static let (diskBytesMin, diskBytesLow) = (128 << 20, 2 << 30)
    /// Open files that a server needs beside its connections.
    static let otherFiles = 256
    /// Days before a certificate's end that it is worth a warning.
    static let certificateDaysLow = 21

    /// Examines disk and limits.
    mutating func examineMachine() {
        var place = config.data
        while !FileManager.default.fileExists(atPath: place), place.contains("/") {
            place = String(place[..<(place.lastIndex(of: "/") ?? place.startIndex)])
        }
        var disk = statvfs()
        if statvfs(place.isEmpty ? "." : place, &disk) == 0 {
            let free = Int(disk.f_bavail) * Int(disk.f_frsize)
            let text = "\(free >> 20) MiB are free"
            if free < Doctor.diskBytesMin {
                say(.problem, "disk", "\(text); sends will be refused soon; make room")
            } else if free < Doctor.diskBytesLow {
                say(.warning, "disk", "\(text); make room")
            } else {
                say(.ok, "disk", text)
            }
        }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            let most = limit.rlim_max == rlim_t.max ? Int.max : Int(limit.rlim_max)
            let wanted = config.connectionsMax + config.httpConnectionsMax + Doctor.otherFiles
            if most < wanted {
                say(
                    .warning, "open files",
                    "\(most) allowed, \(wanted) needed by connections-max and "
                        + "http-connections-max; raise LimitNOFILE or lower them")
            } else {
                say(.ok, "open files", "\(most) allowed, \(wanted) needed at most")
            }
        }
        examineMemory()
    }

    private mutating func examineMemory() {
        let total = Int(ProcessInfo.processInfo.physicalMemory)
        let worst = config.connectionsMax * config.outboundBytesMax
        if worst > total {
            say(
                .warning, "memory",
                "connections-max times outbound-bytes-max is \(worst >> 20) MiB, this machine has "
                    + "\(total >> 20) MiB; lower one of them")
        } else {
            say(.ok, "memory", "\(total >> 20) MiB; buffers take \(worst >> 20) MiB at most")
        }
    }

    /// Examines certificate and key.
    mutating func examineCertificate() {
        guard let certificate = config.tlsCert, let key = config.tlsKey else { return }
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(certificate)
            let privateKey = try NIOSSLPrivateKey(file: key, format: .pem)
            _ = try NIOSSLContext(
                configuration: .makeServerConfiguration(
                    certificateChain: chain.map { .certificate($0) },
                    privateKey: .privateKey(privateKey)))
            guard let leaf = chain.first else {
                return say(.problem, "certificate", "\(certificate) holds none")
            }
            let days = (Int(leaf.notValidAfter) - time(nil)) / 86_400
            if days < 0 {
                say(.problem, "certificate", "ended \(-days) days ago; renew it, then SIGHUP")
            } else if days < Doctor.certificateDaysLow {
                say(.warning, "certificate", "ends in \(days) days; renew it, then SIGHUP")
            } else {
                say(.ok, "certificate", "matches its key; \(days) days left")
            }
        } catch {
            say(
                .problem, "certificate",
                "\(certificate) and \(key) cannot be used together: \(error)")
        }
        var facts = stat()
        if stat(key, &facts) == 0, facts.st_mode & 0o044 != 0 {
            say(.warning, "certificate", "others may read \(key); chmod 600 it")
        }
    }

    /// Examines settings that are good one by one and contradict each other.
    mutating func examineSettings() {
        let before = findings.count
        let listeners = [("tcp", config.tcp), ("ws", config.ws), ("http", config.http)]
        let open = listeners.filter { $0.1.map { !Doctor.isLoopback($0.host) } ?? false }
        if config.tlsCert == nil, !open.isEmpty {
            say(
                .warning, "settings",
                "\(open.map(\.0).joined(separator: ", ")) can be reached from elsewhere without "
                    + "TLS; give tls-cert and tls-key, or put a proxy in front")
        }
        if config.verificationSender == .log, !open.isEmpty {
            say(
                .warning, "settings",
                "verification-sender log writes codes into the log; use webhook")
        }
        if !config.trustedProxies.isEmpty, config.http == nil {
            say(.warning, "settings", "trusted-proxies is of no use without an HTTP listener")
        }
        if config.mediaBytesPerUserMax > 0, config.mediaBytesMax > config.mediaBytesPerUserMax {
            say(
                .warning, "settings",
                "media-bytes-max is larger than media-bytes-per-user-max, so it is never reached")
        }
        if config.outboundBytesMax < config.frameBytesMax {
            say(
                .warning, "settings",
                "outbound-bytes-max is smaller than a frame (frame-bytes-max); a large message "
                    + "always makes its receivers fall behind")
        }
        if config.connectionsPerAddressMax > config.connectionsMax {
            say(.warning, "settings", "connections-per-address-max is above connections-max")
        }
        if config.storeBatchMax > config.storeMailboxMax {
            say(.warning, "settings", "store-batch-max is above store-mailbox-max")
        }
        for (key, url) in [
            ("push-webhook-url", config.pushWebhookURL), ("identity-url", config.identityURL),
            ("verification-webhook-url", config.verificationWebhookURL),
        ] {
            guard let url, url.hasPrefix("http://"),
                let host = URLComponents(string: url)?.host, !Doctor.isLoopback(host)
            else { continue }
            say(.warning, "settings", "\(key) is not https: others may read what is sent there")
        }
        if findings.count == before { say(.ok, "settings", "nothing contradicts") }
    }

    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }
}
