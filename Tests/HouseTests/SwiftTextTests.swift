import Testing

@Suite struct SwiftTextTests {
    @Test func blanksCommentsAndStrings() {
        let text = SwiftText("a /* b /* c */ d */ e // f\n\"g \\(h(\"i\")) j\" #\"k\"l\"# m")
        #expect(text.text.filter { !$0.isWhitespace } == "ae(h())m")
        #expect(
            text.text.count == "a /* b /* c */ d */ e // f\n\"g \\(h(\"i\")) j\" #\"k\"l\"# m".count
        )
    }

    @Test func longStringsKeepTheirLines() {
        let text = SwiftText("let a = \"\"\"\n  func no() {\n  \"\"\"\nb")
        #expect(text.lines.count == 4)
        #expect(!text.text.contains("func"))
        #expect(text.lines.last == "b")
    }

    @Test func measuresFunctions() {
        let text = SwiftText(
            """
            protocol P {
                func noBody(a: Int) -> Int
                init()
            }
            struct S {
                init() {
                    self.x = Y.init()
                }
                func two(_ f: () -> Void = { }) {
                    if true { f() }
                    let s = "}"
                }
            }
            """)
        #expect(
            text.functions == [
                .init(firstLine: 6, lineCount: 3), .init(firstLine: 9, lineCount: 4),
            ])
    }
}
