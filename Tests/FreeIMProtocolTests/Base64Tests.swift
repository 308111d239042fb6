import FreeIMProtocol
import Testing

@Suite struct Base64Tests {
    private func encoded(_ text: String) -> String {
        String(decoding: Base64.encode(Array(text.utf8)), as: UTF8.self)
    }

    @Test func theVectorsOfRFC4648() {
        let vectors = [
            "": "", "f": "Zg==", "fo": "Zm8=", "foo": "Zm9v", "foob": "Zm9vYg==",
            "fooba": "Zm9vYmE=", "foobar": "Zm9vYmFy",
        ]
        for (plain, text) in vectors {
            #expect(encoded(plain) == text)
            #expect(Base64.decode(Array(text.utf8)) == Array(plain.utf8))
            #expect(Base64.encodedCount(plain.utf8.count) == text.utf8.count)
        }
    }

    @Test func everyLengthAndByteComesBack() {
        let bytes = (0..<600).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        for count in 0...bytes.count {
            let text = Base64.encode(bytes[..<count])
            #expect(Base64.decode(text) == Array(bytes[..<count]))
        }
    }

    @Test func whatIsNotBase64() {
        let wrong = [
            "Z", "Zg", "Zg=", "Zh==", "Zm9=", "Zm8", "====", "=", "Zg==Zg==", "Z=g=", "Zm9v\n",
            "Zm 9", "-_-_", "Zg===", "Zm9vY===",
        ]
        for text in wrong { #expect(Base64.decode(Array(text.utf8)) == nil, "\(text)") }
    }
}
