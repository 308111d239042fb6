import Foundation
import FreeIMClient
import FreeIMProtocol
import Testing

@testable import imtui

/// What is written for other programs to read: places, names of files, Markdown, HTML, roff.
@Suite struct ExportTests {
    @Test(arguments: [
        ("12", TailPosition.seq(12)), ("5:12", .places([5: 12])),
        ("5:12,7:0,5:9", .places([5: 12, 7: 0])), ("places.txt", .file("places.txt")),
        ("5:x", .file("5:x")), ("-1:3", .file("-1:3")),
    ] as [(String, TailPosition)])
    func readsPlaces(text: String, place: TailPosition) {
        #expect(TailPosition(text) == place)
    }

    @Test func aLineCutOffIsNoPlace() throws {
        let path = NSTemporaryDirectory() + "freeim-places-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(try TailPosition.load(path) == nil)
        try Data().write(to: URL(fileURLWithPath: path))
        #expect(try TailPosition.load(path) == nil)
        try TailPosition.begin([:], path)
        #expect(try TailPosition.load(path) == [:])
        try Data("5:12\n5:13\n5:1".utf8).write(to: URL(fileURLWithPath: path))
        #expect(try TailPosition.load(path) == [5: 13])
        try TailPosition.begin([7: 1, 5: 2], path)
        #expect(try TailPosition.load(path) == [5: 13, 7: 1])
        try Data("words\n".utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: ClientError.self) { try TailPosition.load(path) }
    }

    @Test(arguments: [
        ("../../etc/passwd", "_.._etc_passwd"), ("a\u{1b}b\n.txt", "a_b_.txt"), ("...", "file"),
        ("-rf", "rf"), ("图.png", "图.png"),
    ])
    func namesOfFilesStayInTheirFolder(name: String, safe: String) {
        let json = JSONValue.object(["url": "/media/x", "name": .string(name)])
        let content = String(decoding: (try? json.bytes()) ?? [], as: UTF8.self)
        #expect(SentFile(content: content).safeName == safe)
    }

    @Test func whatIsNoJSONIsTheAddress() {
        let file = SentFile(content: "https://example.org/a/b.png")
        #expect(file.url == "https://example.org/a/b.png")
        #expect(file.name == "b.png")
        #expect(file.size == nil)
    }

    @Test(
        arguments: [
            (0, "0 B"), (999, "999 B"), (1_500, "1.5 KB"), (140_000, "140 KB"), (2_000_000, "2 MB"),
        ] as [(Int64, String)])
    func amounts(bytes: Int64, words: String) {
        #expect(SentFile.amount(bytes) == words)
    }

    @Test func peopleMentioned() {
        let people = [
            Person(userID: 1, account: "bob", nickname: "Bob Tea", role: ""),
            Person(userID: 2, account: "bobby", nickname: "", role: ""),
            Person(userID: 3, account: "an", nickname: "安", role: ""),
        ]
        #expect(MentionText.users(in: "@bobby and @bob, @bob", among: people) == [2, 1])
        #expect(MentionText.users(in: "@Bob Tea! @安，好 @all", among: people) == [1, 3, -1])
        #expect(MentionText.users(in: "mail@bobx @nobody @", among: people) == [])
    }

    @Test func markdownShowsTextAsItIs() {
        #expect(MarkdownExport.escaped("1. *a*\n- <b>") == "1\\. \\*a\\*\\\n  \\- &lt;b&gt;")
        #expect(MarkdownExport.escaped("a. b") == "a. b")
    }

    @Test func htmlShowsTextAsItIsAndAddressesAsLinks() {
        #expect(HTMLExport.escaped("<a href='x'>&\u{1b}") == "&lt;a href=&#39;x&#39;&gt;&amp;␛")
        #expect(
            HTMLExport.linked("see https://a.b/?c&d, ok")
                == "see <a href=\"https://a.b/?c&amp;d\" rel=\"noreferrer nofollow\">"
                + "https://a.b/?c&amp;d</a>, ok")
        #expect(HTMLExport.linked("javascript:alert(1)") == "javascript:alert(1)")
        #expect(!HTMLExport.linked("http://\"onclick=x").contains("onclick=x\""))
    }

    @Test func theManPageNamesEverything() throws {
        let page = try ManPage.make()
        for definition in CommandTable.all {
            #expect(page.contains(ManPage.escaped(definition.usage)), "\(definition.name)")
        }
        for (code, meaning) in ExitStatus.meanings {
            #expect(page.contains(".B \(code)\n\(ManPage.escaped(meaning))"))
        }
        for command in ImtuiCommand.configuration.subcommands {
            let name = command.configuration.commandName ?? ""
            #expect(page.contains(".SS \"imtui \(ManPage.escaped(name))"), "\(name)")
        }
        #expect(ManPage.escaped(".a\\b-\"") == "\\&.a\\eb\\-\\(dq")
    }
}
