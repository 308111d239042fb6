import Testing

/// Functions up to 70 lines, files up to 500, lines up to 100 columns; generated files aside.
@Suite struct SizeTests {
    static let functionLinesMax = 70
    static let fileLinesMax = 500
    static let lineColumnsMax = 100

    @Test func filesAreFound() {
        #expect(Repository.sources.count > 10)
        #expect(Repository.tests.count > 3)
    }

    @Test(arguments: Repository.sources + Repository.tests + Repository.scripts)
    func linesAndFiles(file: Repository.File) {
        let lines = file.lines
        #expect(lines.count - 1 <= Self.fileLinesMax, "\(file.path): \(lines.count - 1) lines")
        for (index, line) in lines.enumerated() where line.count > Self.lineColumnsMax {
            Issue.record("\(file.path):\(index + 1): \(line.count) columns")
        }
    }

    @Test(arguments: Repository.sources + Repository.tests)
    func functions(file: Repository.File) {
        for function in SwiftText(file.text).functions
        where function.lineCount > Self.functionLinesMax {
            Issue.record("\(file.path):\(function.firstLine): \(function.lineCount) lines")
        }
    }
}
