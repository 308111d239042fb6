import Foundation
import FreeIMProtocol
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Finds the route, checks who calls and with what, answers in the one envelope.
struct RouteResponder: HTTPResponder {
    typealias Context = HTTPContext

    let services: HTTPServices
    private let exact: [String: [Route]]
    private let prefixed: [Route]

    init(services: HTTPServices, routes: [Route]) {
        self.services = services
        exact = Dictionary(grouping: routes.filter { $0.parameter == nil }, by: \.path)
        prefixed = routes.filter { $0.parameter != nil }
    }

    func respond(to request: Request, context: HTTPContext) async throws -> Response {
        let began = ServerMetrics.micros()
        var route = "none"
        let response = try await respond(to: request, context, &route)
        services.metrics.http.answered(
            route: route, status: response.status.code, micros: ServerMetrics.micros() - began)
        return response
    }

    /// `path` is then that of the route that was found.
    private func respond(
        to request: Request, _ context: HTTPContext, _ path: inout String
    ) async throws -> Response {
        let address = services.operations.limits.client(request, peer: context.address)
        do {
            try services.operations.limits.admit(
                address: address, now: Connection.now())
            if request.uri.description.utf8.count > RequestLimits.uriBytesMax {
                let most = RequestLimits.uriBytesMax
                return RouteResponder.reply(
                    Refusal(.contentTooLarge, "A path has at most \(most) bytes, with its query."),
                    status: 414, code: 414)
            }
            let (route, given) = try find(request)
            path = route.path
            let owner = try await owner(route, request, address)
            let limit =
                request.uri.path.hasPrefix("/admin/")
                ? services.adminBodyBytesMax : services.bodyBytesMax
            var values = given
            var rawBody: RawBody?
            switch route.method {
            case .post:
                values.merge(try await body(request, limit: limit)) { path, _ in path }
            case .get:
                for (key, value) in request.uri.queryParameters {
                    values[String(key)] = .string(String(value))
                }
            case .put:
                let declared = request.headers[.contentLength].flatMap { Int($0) }
                rawBody = RawBody(pieces: request.body, declaredBytes: declared)
            }
            for field in route.fields where field.place == .header {
                values[field.name] = header(field.name, request).map { .string($0) }
            }
            let call = RouteCall(
                services: services, owner: owner,
                deviceID: header("device_id", request),
                clientType: header("client_type", request) ?? "", address: address,
                values: try RouteField.check(route.fields, values), rawBody: rawBody)
            switch try await route.handler(call) {
            case .data(let data): return try reply(data)
            case .response(let response): return response
            case .raw(let bytes, let contentType, let status):
                return RouteResponder.response(
                    bytes, contentType, HTTPResponse.Status(code: status))
            }
        } catch let wrong as WrongMethod {
            services.metrics.refused(.methodNotAllowed)
            var response = RouteResponder.reply(
                Refusal(.methodNotAllowed, wrong.message(request.uri.path)))
            response.headers[.allow] = wrong.allowed.joined(separator: ", ")
            return response
        } catch let refusal as Refusal {
            services.metrics.refused(refusal.code)
            return RouteResponder.reply(refusal)
        } catch {
            services.log.error(
                "a request failed",
                metadata: ["route": "\(path)", "error": "\(error)"])
            return RouteResponder.reply(Refusal(.internal, "The server failed; try again."))
        }
    }

    private func find(_ request: Request) throws -> (Route, [String: JSONValue]) {
        let path = request.uri.path
        let method = request.method.rawValue
        var candidates = exact[path] ?? []
        var given: [String: JSONValue] = [:]
        if candidates.isEmpty {
            for route in prefixed {
                guard let (prefix, name) = route.parameter, path.hasPrefix(prefix) else { continue }
                let rest = path.dropFirst(prefix.count)
                if rest.isEmpty || rest.contains("/") { continue }
                candidates.append(route)
                given[name] = .string(String(rest).removingPercentEncoding ?? String(rest))
            }
        }
        if candidates.isEmpty {
            throw Refusal(.notFound, "There is no route \(path); GET /openapi.json lists all.")
        }
        if let route = candidates.first(where: { $0.method.rawValue == method }) {
            return (route, given)
        }
        throw WrongMethod(asked: method, allowed: candidates.map(\.method.rawValue))
    }

    /// A path that takes other methods.
    private struct WrongMethod: Error {
        let asked: String
        let allowed: [String]

        func message(_ path: String) -> String {
            "\(path) takes \(allowed.joined(separator: ", ")), not \(asked)."
        }
    }

    private func body(_ request: Request, limit: Int) async throws -> [String: JSONValue] {
        let buffer: ByteBuffer
        do {
            buffer = try await request.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw Refusal(.contentTooLarge, "A body has at most \(limit) bytes here.")
        }
        if buffer.readableBytes == 0 { return [:] }
        guard let value = JSONValue(parsing: Array(buffer.readableBytesView)) else {
            throw Refusal(.malformedBody, "The body is not JSON.")
        }
        guard case .object(let fields) = value else {
            throw Refusal(.malformedBody, "The body must be a JSON object.")
        }
        return fields
    }

    private func header(_ name: String, _ request: Request) -> String? {
        guard let field = HTTPField.Name(name), let value = request.headers[field],
            !value.isEmpty
        else { return nil }
        return value
    }

    private func owner(
        _ route: Route, _ request: Request, _ address: String
    ) async throws -> TokenOwner {
        let nobody = TokenOwner(userID: 0, deviceID: nil, hash: [])
        let token = bearer(request)
        switch route.access {
        case .anyone: return nobody
        case .admin:
            guard isAdmin(token) else {
                throw Refusal(.badToken, "This route takes the admin token.")
            }
            return nobody
        case .loopbackOrAdmin:
            let isForwarded = services.operations.limits.isForwarded(request)
            if HTTPContext.isLoopback(address), !isForwarded { return nobody }
            if isAdmin(token) { return nobody }
            throw Refusal(.badToken, "This route takes the admin token.")
        case .user:
            guard let token else {
                throw Refusal(
                    .unauthenticated, "Send the header Authorization: Bearer TOKEN.")
            }
            let deviceID = header("device_id", request)
            let owner = try await services.store.read { db in
                try AccessToken.identify(
                    db, token: token, deviceID: deviceID, now: WallClock.milliseconds())
            }
            if let bound = owner.deviceID, let deviceID, bound != deviceID {
                throw Refusal(.badToken, "The access token was issued to another device.")
            }
            try services.operations.limits.admit(
                userID: owner.userID, now: Connection.now())
            return owner
        }
    }

    private func bearer(_ request: Request) -> String? {
        guard let value = request.headers[.authorization], value.hasPrefix("Bearer ") else {
            return nil
        }
        return String(value.dropFirst("Bearer ".count))
    }

    private func isAdmin(_ token: String?) -> Bool {
        guard let token else { return false }
        return AccessToken.hash(token) == AccessToken.hash(services.adminToken)
    }

    private func reply(_ data: JSONValue) throws -> Response {
        let body: JSONValue = ["code": 0, "msg": "", "data": data]
        return RouteResponder.response(try body.bytes(), "application/json", .ok)
    }

    private static func reply(_ refusal: Refusal) -> Response {
        let (status, code) = RouteResponder.status(of: refusal.code)
        return reply(refusal, status: status, code: code)
    }

    /// A refusal in the envelope, with a status of its own.
    static func reply(_ refusal: Refusal, status: Int, code: Int) -> Response {
        var body: [String: JSONValue] = [
            "code": .int(Int64(code)), "msg": .string(refusal.message), "data": .null,
            "error": .string(refusal.code.rawValue),
        ]
        if refusal.retryAfterMs > 0 { body["retry_after_ms"] = .int(refusal.retryAfterMs) }
        let bytes = (try? JSONValue.object(body).bytes()) ?? []
        var response = response(bytes, "application/json", HTTPResponse.Status(code: status))
        if refusal.retryAfterMs > 0 {
            response.headers[.retryAfter] = "\((refusal.retryAfterMs + 999) / 1_000)"
        }
        return response
    }

    private static func response(
        _ bytes: [UInt8], _ contentType: String, _ status: HTTPResponse.Status
    ) -> Response {
        Response(
            status: status, headers: [.contentType: contentType],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// The HTTP status and the envelope's code for a refusal.
    static func status(of code: ErrorCode) -> (status: Int, code: Int) {
        switch code {
        case .malformedBody, .unsupportedVersion: (400, 400)
        case .unauthenticated, .badToken, .tokenExpired, .badCredentials: (401, 401)
        case .forbidden, .notMember, .notFriend, .blocked, .muted: (403, 403)
        case .notFound, .unknownAction: (404, 404)
        case .methodNotAllowed: (405, 4050)
        case .conflict: (409, 409)
        case .contentTooLarge, .frameTooLarge: (413, 413)
        case .rateLimited: (429, 429)
        case .busy: (503, 503)
        case .internal: (500, 500)
        }
    }
}
