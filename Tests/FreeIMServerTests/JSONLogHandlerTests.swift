import FreeIMProtocol
import Logging
import NIOConcurrencyHelpers
import Testing

@testable import FreeIMServer

@Suite struct JSONLogHandlerTests {
    private func lines(_ work: (inout Logger) -> Void) -> [JSONValue] {
        let written = NIOLockedValueBox<[[UInt8]]>([])
        var logger = Logger(label: "x") { label in
            JSONLogHandler(label: label) { line in written.withLockedValue { $0.append(line) } }
        }
        work(&logger)
        return written.withLockedValue { $0 }.map { line in
            #expect(line.last == UInt8(ascii: "\n"))
            #expect(!line.dropLast().contains(UInt8(ascii: "\n")))
            return JSONValue(parsing: Array(line.dropLast())) ?? .null
        }
    }

    @Test func oneObjectALine() {
        let lines = lines { logger in
            logger[metadataKey: "always"] = "there"
            logger.info("two\nlines and \"quotes\"", metadata: ["n": "\(1)", "list": ["a", "b"]])
            logger.debug("too low")
        }
        #expect(lines.count == 1)
        #expect(lines.first?["message"].text == "two\nlines and \"quotes\"")
        #expect(lines.first?["level"].text == "info")
        #expect(lines.first?["label"].text == "x")
        #expect(lines.first?["metadata"]["always"].text == "there")
        #expect(lines.first?["metadata"]["n"].text == "1")
        #expect(lines.first?["metadata"]["list"].items.count == 2)
    }

    @Test func timesAreUTC() {
        #expect(JSONLogHandler.time(0) == "1970-01-01T00:00:00.000Z")
        #expect(JSONLogHandler.time(1_769_903_999_042) == "2026-01-31T23:59:59.042Z")
    }
}
