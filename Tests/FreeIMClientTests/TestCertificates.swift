import Foundation
import NIOSSL

/// Certificates of a test's own, made by `openssl` in its folder.
struct TestCertificates {
    enum Failure: Error {
        case openssl(Int32)
    }

    /// For 127.0.0.1 and localhost, signed by an authority of its own.
    let signed: NIOSSLContext
    /// The same, signed by itself, and its file.
    let selfSigned: NIOSSLContext
    let selfSignedPath: String
    /// For another name, by the same authority; and one that is over.
    let otherName: NIOSSLContext
    let expired: NIOSSLContext
    let authorityPath: String

    private static let here = "subjectAltName=IP:127.0.0.1,DNS:localhost"

    init(in folder: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let authority = folder + "/ca"
        authorityPath = authority + ".pem"
        try Self.make(authority, "/CN=test authority", "basicConstraints=critical,CA:true", [])
        selfSignedPath = folder + "/self.pem"
        try Self.make(folder + "/self", "/CN=self", Self.here, [])
        let byAuthority = ["-CA", authorityPath, "-CAkey", authority + ".key"]
        try Self.make(folder + "/signed", "/CN=signed", Self.here, byAuthority)
        try Self.make(
            folder + "/other", "/CN=other", "subjectAltName=DNS:other.example", byAuthority)
        try Self.makeExpired(folder + "/expired", byAuthority)
        signed = try Self.context(folder + "/signed")
        selfSigned = try Self.context(folder + "/self")
        otherName = try Self.context(folder + "/other")
        expired = try Self.context(folder + "/expired")
    }

    private static let newKey = [
        "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
    ]

    private static func make(
        _ path: String, _ subject: String, _ addition: String, _ signing: [String]
    ) throws {
        try openssl(
            ["req", "-x509"] + newKey + [
                "-subj", subject, "-addext", addition, "-keyout", path + ".key", "-out",
                path + ".pem",
            ] + signing)
    }

    private static func makeExpired(_ path: String, _ signing: [String]) throws {
        try openssl(
            ["req", "-new"] + newKey + [
                "-subj", "/CN=expired", "-keyout", path + ".key", "-out", path + ".csr",
            ])
        try openssl(
            ["x509", "-req", "-in", path + ".csr", "-days", "-1", "-out", path + ".pem"]
                + signing + ["-CAcreateserial"])
    }

    private static func openssl(_ words: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + words
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        if process.terminationStatus != 0 { throw Failure.openssl(process.terminationStatus) }
    }

    private static func context(_ path: String) throws -> NIOSSLContext {
        let certificates = try NIOSSLCertificate.fromPEMFile(path + ".pem")
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: certificates.map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: path + ".key", format: .pem))))
    }
}
