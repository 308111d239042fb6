import Testing

@testable import FreeIMServer

@Suite struct UploadTicketTests {
    private let ticket = UploadTicket(userID: 7, expiresTime: 1_000)

    private func refused(_ token: String, key: String = "key", userID: Int64 = 7, now: Int64 = 0) {
        do {
            _ = try UploadTicket.check(token, key: key, userID: userID, now: now)
            Issue.record("\(token) was taken")
        } catch {
            #expect(error.code == .forbidden)
        }
    }

    @Test func thereAndBack() throws {
        let token = ticket.token(key: "key")
        #expect(try UploadTicket.check(token, key: "key", userID: 7, now: 999) == ticket)
    }

    @Test func itsTimeEnds() {
        refused(ticket.token(key: "key"), now: 1_000)
    }

    @Test func itIsItsUsersAlone() {
        refused(ticket.token(key: "key"), userID: 8)
        refused(ticket.token(key: "another key"))
    }

    /// No byte of a token can be changed.
    @Test func everyByteCounts() {
        let token = Array(ticket.token(key: "key").unicodeScalars)
        for index in token.indices {
            var changed = token
            changed[index] = changed[index] == "0" ? "1" : "0"
            refused(String(String.UnicodeScalarView(changed)))
        }
        refused(String(String.UnicodeScalarView(token.dropLast())))
        refused(ticket.token(key: "key") + "0")
    }

    @Test(arguments: ["", ".", "..", "7.1000.", "7.1000.zz", "7.-1.00", "x.y.z", "7.1000.00.00"])
    func whatIsNoToken(token: String) {
        refused(token)
    }
}
