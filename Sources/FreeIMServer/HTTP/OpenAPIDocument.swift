import FreeIMProtocol

/// The OpenAPI 3 description of the routes, made from the table that serves them.
enum OpenAPIDocument {
    static func make(_ routes: [Route]) -> JSONValue {
        var paths: [String: JSONValue] = [:]
        var shared: [String: JSONValue] = [:]
        for route in routes {
            var path = route.path
            if let (prefix, name) = route.parameter { path = "\(prefix){\(name)}" }
            var methods: [String: JSONValue] = [:]
            if case .object(let known) = paths[path] { methods = known }
            methods[route.method.rawValue.lowercased()] = operation(route, &shared)
            paths[path] = .object(methods)
        }
        shared["Refused"] = refused
        return [
            "openapi": "3.0.3",
            "info": [
                "title": "FreeIM", "version": "1",
                "description":
                    "Every reply is {code, msg, data}; code 0 is success, and error says why not.",
            ],
            "paths": .object(paths),
            "components": [
                "schemas": .object(shared),
                "responses": [
                    "Refused": [
                        "description": "Refused: msg says why and what to do.",
                        "content": json(["$ref": "#/components/schemas/Refused"]),
                    ]
                ],
                "securitySchemes": [
                    "user": ["type": "http", "scheme": "bearer", "description": "A user's token."],
                    "admin": [
                        "type": "http", "scheme": "bearer", "description": "The admin token.",
                    ],
                ],
            ],
        ]
    }

    private static let refused: JSONValue = [
        "type": "object", "required": ["code", "msg", "data", "error"],
        "properties": [
            "code": ["type": "integer"], "msg": ["type": "string", "minLength": 1],
            "data": ["nullable": true],
            "error": [
                "type": "string",
                "enum": .array(ErrorCode.allCases.map { .string($0.rawValue) }),
            ],
            "retry_after_ms": ["type": "integer"],
        ],
    ]

    private static func json(_ schema: JSONValue) -> JSONValue {
        ["application/json": ["schema": schema]]
    }

    private static func operation(
        _ route: Route, _ shared: inout [String: JSONValue]
    ) -> JSONValue {
        var operation: [String: JSONValue] = [
            "operationId": .string(operationID(route)), "summary": .string(route.summary),
            "tags": [.string(route.path.split(separator: "/").first.map(String.init) ?? "page")],
            "responses": responses(route, &shared),
        ]
        switch route.access {
        case .anyone, .loopbackOrAdmin: break
        case .user: operation["security"] = [["user": []]]
        case .admin: operation["security"] = [["admin": []]]
        }
        let inBody = route.fields.filter { isInBody($0, of: route) }
        let others = route.fields.filter { !isInBody($0, of: route) }
        var parameters = others.map { parameter($0, of: route, &shared) }
        if route.access != .admin && route.access != .loopbackOrAdmin, route.method == .post {
            parameters += ["device_id", "client_type"].map { name in
                ["name": .string(name), "in": "header", "schema": ["type": "string"]]
            }
        }
        if !parameters.isEmpty { operation["parameters"] = .array(parameters) }
        if !inBody.isEmpty { operation["requestBody"] = body(inBody, &shared) }
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

    private static func operationID(_ route: Route) -> String {
        let words = route.path.split(whereSeparator: { !$0.isLetter && !$0.isNumber })
        return ([route.method.rawValue.lowercased()] + words.map(String.init))
            .joined(separator: "_")
    }

    private static func isInBody(_ field: RouteField, of route: Route) -> Bool {
        route.method == .post && field.place == .call && field.name != route.parameter?.name
    }

    /// 500 is not among them: it would be a fault.
    private static func responses(
        _ route: Route, _ shared: inout [String: JSONValue]
    ) -> JSONValue {
        let refused: JSONValue = ["$ref": "#/components/responses/Refused"]
        var responses: [String: JSONValue] = ["4XX": refused, "503": refused]
        switch route.answers {
        case .data(let shape):
            responses["200"] = [
                "description": "Done.",
                "content": json([
                    "type": "object", "required": ["code", "msg", "data"],
                    "properties": [
                        "code": ["type": "integer", "enum": [0]],
                        "msg": ["type": "string"], "data": schema(shape, &shared),
                    ],
                ]),
            ]
        case .raw(let type):
            let schema: JSONValue = type == "application/json" ? [:] : ["type": "string"]
            let answer: JSONValue = [
                "description": "The bytes themselves.",
                "content": .object([type: ["schema": schema]]),
            ]
            responses["200"] = answer
            if type == "*/*" { responses["206"] = answer }
            if type == "text/plain" { responses["503"] = answer }
        }
        return .object(responses)
    }

    private static func parameter(
        _ field: RouteField, of route: Route, _ shared: inout [String: JSONValue]
    ) -> JSONValue {
        let isInPath = route.parameter?.name == field.name
        let place = isInPath ? "path" : field.place == .header ? "header" : "query"
        return [
            "name": .string(field.name), "in": .string(place),
            "required": .bool(isInPath || field.isRequired), "schema": schema(field, &shared),
        ]
    }

    private static func body(
        _ fields: [RouteField], _ shared: inout [String: JSONValue]
    ) -> JSONValue {
        let required = fields.filter(\.isRequired).map { JSONValue.string($0.name) }
        var properties: [String: JSONValue] = [:]
        for field in fields {
            guard case .object(var property) = schema(field, &shared) else { continue }
            if !field.isRequired { property["nullable"] = true }
            properties[field.name] = .object(property)
        }
        var object: [String: JSONValue] = [
            "type": "object", "properties": .object(properties),
        ]
        if !required.isEmpty { object["required"] = .array(required) }
        return ["required": .bool(!required.isEmpty), "content": json(.object(object))]
    }

    private static func schema(
        _ field: RouteField, _ shared: inout [String: JSONValue]
    ) -> JSONValue {
        switch field.kind {
        case .text(let most): return text(most, field.isRequired, LineText.controlClass)
        case .line(let most): return text(most, field.isRequired, LineText.refusedClass)
        case .content(let most): return text(most, field.isRequired, nil)
        case .word(let words):
            return ["type": "string", "enum": .array(words.map { .string($0) })]
        case .lines(let most, let characters):
            return [
                "type": "array", "maxItems": .int(Int64(most)),
                "items": text(characters, false, LineText.refusedClass),
            ]
        case .integer: return integer
        case .number(let range):
            return [
                "type": "integer", "format": "int64", "minimum": .int(range.lowerBound),
                "maximum": .int(range.upperBound),
            ]
        case .integers:
            return [
                "type": "array", "items": integer,
                "maxItems": .int(Int64(RouteField.integersMax)),
            ]
        case .flag: return ["type": "boolean"]
        case .shaped(let shape): return schema(shape, &shared)
        }
    }

    private static let integer: JSONValue = ["type": "integer", "format": "int64"]

    private static func text(_ most: Int, _ isRequired: Bool, _ refused: String?) -> JSONValue {
        var schema: [String: JSONValue] = ["type": "string", "maxLength": .int(Int64(most))]
        if isRequired { schema["minLength"] = 1 }
        if let refused { schema["pattern"] = .string("^[^\(refused)]*$") }
        return .object(schema)
    }

    private static func schema(
        _ shape: Shape, _ shared: inout [String: JSONValue]
    ) -> JSONValue {
        switch shape {
        case .null: return ["nullable": true, "enum": [.null]]
        case .text: return ["type": "string"]
        case .integer: return integer
        case .number: return ["type": "number"]
        case .flag: return ["type": "boolean"]
        case .anything: return [:]
        case .nullable(let inner):
            if case .named = inner {
                return ["nullable": true, "allOf": [schema(inner, &shared)]]
            }
            guard case .object(var fields) = schema(inner, &shared) else { return [:] }
            fields["nullable"] = true
            return .object(fields)
        case .list(let item): return ["type": "array", "items": schema(item, &shared)]
        case .map(let item):
            return ["type": "object", "additionalProperties": schema(item, &shared)]
        case .named(let name, let inner):
            if shared[name] == nil { shared[name] = schema(inner, &shared) }
            return ["$ref": .string("#/components/schemas/\(name)")]
        case .object(let fields):
            var properties: [String: JSONValue] = [:]
            for field in fields { properties[field.name] = schema(field.shape, &shared) }
            let required = fields.filter(\.isRequired).map { JSONValue.string($0.name) }
            var object: [String: JSONValue] = [
                "type": "object", "properties": .object(properties),
                "additionalProperties": false,
            ]
            if !required.isEmpty { object["required"] = .array(required) }
            return .object(object)
        }
    }
}
