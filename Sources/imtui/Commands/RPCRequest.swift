import FreeIMProtocol

/// One line that a program writes to `imtui rpc`.
struct RPCRequest: Equatable, Sendable {
    /// Any string or number; null: none, and the answer has null.
    var id: JSONValue
    var method: String
    var params: [String: JSONValue]

    /// Reads a line; throws `RPCFault` with the ID, as far as it could be read.
    init(line: String) throws(RPCFault) {
        guard let value = JSONValue(parsing: Array(line.utf8)) else {
            throw RPCFault(.null, "bad_json", "this line is not JSON")
        }
        guard case .object = value else {
            throw RPCFault(.null, "bad_request", "a request is an object")
        }
        switch value["id"] {
        case .null, .int, .string: id = value["id"]
        case .bool, .double, .array, .object:
            throw RPCFault(.null, "bad_request", "id has to be a string or a whole number")
        }
        guard let method = value["method"].text else {
            throw RPCFault(id, "bad_request", "method is missing")
        }
        self.method = method
        switch value["params"] {
        case .object(let params): self.params = params
        case .null: params = [:]
        case .bool, .int, .double, .string, .array:
            throw RPCFault(id, "bad_request", "params has to be an object")
        }
    }
}
