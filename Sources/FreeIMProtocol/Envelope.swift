import NIOCore

/// A frame as the text message of a WebSocket: a JSON object with the header's fields and the
/// body.
public struct Envelope: Sendable, Equatable {
    /// How the body stands in it.
    public enum Form: Sendable, Equatable {
        /// As JSON in `Body`; with version 1 alone.
        case inline
        /// In Base64, as `BodyData`, with its length, `BodyLength`.
        case data
    }

    /// Characters around the body, spaces between the fields included.
    public static let overheadBytesMax = 1_024

    /// The fields as far as they could be read; `bodyLength` is the body's true length.
    public let header: FrameHeader
    /// nil: malformed.
    public let body: ByteBuffer?
    public let form: Form

    /// Bytes of the longest text that carries a body of `frameBytesMax` bytes.
    public static func bytesMax(frameBytesMax: Int) -> Int {
        Base64.encodedCount(frameBytesMax) + overheadBytesMax
    }

    /// Reads a text, UTF-8. What is no envelope has no body, and 0 for what could not be read.
    public init(_ text: [UInt8]) {
        var fields = Fields()
        if let read = try? JSONParser.fields(text) {
            for field in read { fields.take(field.name, field.value, at: field.place) }
        }
        form = fields.form
        let body = fields.body(of: text)
        self.body = body.map { ByteBuffer(bytes: $0) }
        header = FrameHeader(
            version: fields.version ?? BodyVersion.json.rawValue, action: fields.action ?? 0,
            sequenceID: fields.sequenceID ?? 0, bodyLength: Int32(body?.count ?? 0))
    }

    /// What stood in the text.
    private struct Fields {
        var version: Int32?
        var action: Int8?
        var sequenceID: Int32?
        var length: Int64?
        var data: JSONValue?
        var inline: Range<Int>?
        /// A field that has to be a number and is none, or not one of its size.
        var isOdd = false

        mutating func take(_ name: String, _ value: JSONValue, at place: Range<Int>) {
            switch name {
            case "Version": version = number(value)
            case "Action": action = number(value)
            case "SequenceId": sequenceID = number(value)
            case "BodyLength": length = number(value)
            case "BodyData": data = value == .null ? nil : value
            case "Body":
                if case .object = value {
                    inline = place
                } else {
                    inline = nil
                    isOdd = isOdd || value != .null
                }
            default: break  // Unknown fields are ignored.
            }
        }

        private mutating func number<I: FixedWidthInteger>(_ value: JSONValue) -> I? {
            let number = value.integer.flatMap { I(exactly: $0) }
            if number == nil { isOdd = true }
            return number
        }

        var form: Form {
            if data != nil { return .data }
            return inline == nil && version == BodyVersion.protobuf.rawValue ? .data : .inline
        }

        /// The body's bytes; nil: malformed.
        func body(of text: [UInt8]) -> [UInt8]? {
            guard !isOdd, let version, action != nil else { return nil }
            if let inline {
                guard data == nil, version != BodyVersion.protobuf.rawValue,
                    length == nil || length == Int64(inline.count)
                else { return nil }
                return Array(text[inline])
            }
            guard let data else { return length ?? 0 == 0 ? [] : nil }
            guard let characters = data.text, let body = Base64.decode(Array(characters.utf8)),
                length == Int64(body.count)
            else { return nil }
            return body
        }
    }
}

extension Envelope {
    /// The text of an envelope around an encoded body.
    ///
    /// Protobuf has no inline form: it is always carried as data.
    public static func text(
        body: some RandomAccessCollection<UInt8>, action: Int8, sequenceID: Int32,
        version: BodyVersion, form: Form
    ) -> [UInt8] {
        var text = Array(
            "{\"Version\":\(version.rawValue),\"Action\":\(action),\"SequenceId\":\(sequenceID),"
                .utf8)
        if form == .inline, version == .json {
            text.append(contentsOf: "\"Body\":".utf8)
            text.append(contentsOf: body)
            if body.isEmpty { text.append(contentsOf: "{}".utf8) }
            text.append(UInt8(ascii: "}"))
        } else {
            text.append(contentsOf: "\"BodyLength\":\(body.count),\"BodyData\":\"".utf8)
            text.append(contentsOf: Base64.encode(body))
            text.append(contentsOf: "\"}".utf8)
        }
        return text
    }
}
