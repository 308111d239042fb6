import NIOCore
import SwiftProtobuf

/// A body that is not what its frame says: cut short, of a wrong type, not UTF-8, too deep.
public struct MalformedBody: Error, Sendable, Equatable {
    public init() {}
}

/// JSON and Protobuf from the one generated model.
public enum BodyCoding {
    static let jsonEncoding: JSONEncodingOptions = {
        var options = JSONEncodingOptions()
        options.alwaysPrintInt64sAsNumbers = true
        options.alwaysPrintEnumsAsInts = true
        return options
    }()

    static let jsonDecoding: JSONDecodingOptions = {
        var options = JSONDecodingOptions()
        options.ignoreUnknownFields = true
        options.messageDepthLimit = 32
        return options
    }()

    static let binaryDecoding: BinaryDecodingOptions = {
        var options = BinaryDecodingOptions()
        options.messageDepthLimit = 32
        options.discardUnknownFields = true
        return options
    }()

    /// The message in `body`; an empty body is the empty message.
    public static func decode<M: SwiftProtobuf.Message>(
        _ type: M.Type, from body: ByteBuffer, version: BodyVersion
    ) throws(MalformedBody) -> M {
        if body.readableBytes == 0 { return M() }
        do {
            let bytes = Array(body.readableBytesView)
            switch version {
            case .protobuf:
                return try M(
                    serializedBytes: bytes, extensions: nil, partial: true, options: binaryDecoding)
            case .json:
                // The decoder skips unknown fields without looking at their text.
                _ = try UTF8Span(validating: bytes.span)
                return try checkingEnums(
                    of: M(jsonUTF8Bytes: bytes, options: jsonDecoding), from: bytes)
            }
        } catch {
            throw MalformedBody()
        }
    }

    /// `message`, or what it is once enums written as strings are read as numbers.
    ///
    /// MessageItem is the only message with enums that clients send. Its Code is 0 when it stood
    /// in quotes, so only then the text has to be looked at again.
    private static func checkingEnums<M: SwiftProtobuf.Message>(
        of message: M, from json: [UInt8]
    ) throws -> M {
        guard let item = message as? IMMessageItem else { return message }
        if item.code == .custom, let repaired = try JSONEnumText.unquoted(json) {
            return try checkingRange(of: M(jsonUTF8Bytes: repaired, options: jsonDecoding))
        }
        return try checkingRange(of: message)
    }

    /// Protobuf carries 32 bits of an enum; JSON could name more.
    private static func checkingRange<M: SwiftProtobuf.Message>(of message: M) throws -> M {
        if let item = message as? IMMessageItem {
            guard Int32(exactly: item.code.rawValue) != nil,
                Int32(exactly: item.chatroomType.rawValue) != nil
            else { throw MalformedBody() }
        }
        return message
    }

    /// The bytes of `message` in that version.
    ///
    /// Encoding cannot fail for this protocol's messages (no required fields, no Any, Strings are
    /// always valid UTF-8).
    public static func encode<M: SwiftProtobuf.Message>(
        _ message: M, version: BodyVersion
    ) -> [UInt8] {
        do {
            switch version {
            case .protobuf: return try message.serializedBytes(partial: true)
            case .json: return try message.jsonUTF8Bytes(options: jsonEncoding)
            }
        } catch {
            preconditionFailure("a body of this protocol always encodes: \(error)")
        }
    }
}

extension ByteBuffer {
    /// Appends one frame: header and encoded body.
    public mutating func writeFrame<M: SwiftProtobuf.Message>(
        _ message: M, action: IMAction, sequenceID: Int32, version: BodyVersion
    ) {
        let body = BodyCoding.encode(message, version: version)
        writeFrame(body: body, action: action, sequenceID: sequenceID, version: version)
    }

    /// Appends one frame around a body that is already encoded.
    public mutating func writeFrame(
        body: [UInt8], action: IMAction, sequenceID: Int32, version: BodyVersion
    ) {
        reserveCapacity(minimumWritableBytes: FrameHeader.byteCount + body.count)
        writeFrameHeader(
            FrameHeader(
                version: version.rawValue, action: Int8(truncatingIfNeeded: action.rawValue),
                sequenceID: sequenceID, bodyLength: Int32(body.count)))
        writeBytes(body)
    }
}
