import FreeIMProtocol

/// The OpenAPI 3 description of the routes, made from the table that serves them.
enum OpenAPIDocument {
    static func make(_ routes: [Route]) -> JSONValue {
        var paths: [String: JSONValue] = [:]
        for route in routes {
            var path = route.path
            if let (prefix, name) = route.parameter { path = "\(prefix){\(name)}" }
            var methods: [String: JSONValue] = [:]
            if case .object(let known) = paths[path] { methods = known }
            methods[route.method.rawValue.lowercased()] = operation(route)
            paths[path] = .object(methods)
        }
        return [
            "openapi": "3.0.3",
            "info": [
                "title": "FreeIM", "version": "1",
                "description": "Every reply is {code, msg, data}; code 0 is success.",
            ],
            "paths": .object(paths),
            "components": [
                "securitySchemes": ["bearer": ["type": "http", "scheme": "bearer"]]
            ],
        ]
    }

    private static func operation(_ route: Route) -> JSONValue {
        var operation: [String: JSONValue] = [
            "summary": .string(route.summary),
            "responses": [
                "200": [
                    "description": .string(
                        route.answers.isEmpty ? "Done." : "data: \(route.answers)")
                ],
                "default": ["description": "Refused: code, msg and error say why."],
            ],
        ]
        switch route.access {
        case .anyone, .loopbackOrAdmin: break
        case .user, .admin: operation["security"] = [["bearer": []]]
        }
        let inBody = route.fields.filter { route.method == .post && $0.place == .call }
        let others = route.fields.filter { route.method != .post || $0.place == .header }
        if !others.isEmpty {
            operation["parameters"] = .array(others.map { parameter($0, of: route) })
        }
        if !inBody.isEmpty { operation["requestBody"] = body(inBody) }
        if route.method == .put {
            operation["requestBody"] = [
                "required": true,
                "content": [
                    "application/octet-stream": ["schema": ["type": "string", "format": "binary"]]
                ],
            ]
        }
        return .object(operation)
    }

    private static func parameter(_ field: RouteField, of route: Route) -> JSONValue {
        let isInPath = route.parameter?.name == field.name
        let place = isInPath ? "path" : field.place == .header ? "header" : "query"
        return [
            "name": .string(field.name), "in": .string(place),
            "required": .bool(isInPath || field.isRequired), "schema": schema(field.kind),
        ]
    }

    private static func body(_ fields: [RouteField]) -> JSONValue {
        let required = fields.filter(\.isRequired).map { JSONValue.string($0.name) }
        var object: [String: JSONValue] = [
            "type": "object",
            "properties": .object(
                Dictionary(fields.map { ($0.name, schema($0.kind)) }) { first, _ in first }),
        ]
        if !required.isEmpty { object["required"] = .array(required) }
        return ["content": ["application/json": ["schema": .object(object)]]]
    }

    private static func schema(_ kind: RouteField.Kind) -> JSONValue {
        switch kind {
        case .text(let most): ["type": "string", "maxLength": .int(Int64(most))]
        case .texts(let most, let characters):
            [
                "type": "array", "maxItems": .int(Int64(most)),
                "items": ["type": "string", "maxLength": .int(Int64(characters))],
            ]
        case .integer: ["type": "integer", "format": "int64"]
        case .integers: ["type": "array", "items": ["type": "integer", "format": "int64"]]
        case .flag: ["type": "boolean"]
        case .any: [:]
        }
    }
}
