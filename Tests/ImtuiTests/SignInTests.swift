import Testing

@testable import imtui

@Suite struct SignInTests {
    private static func type(_ text: String, _ form: inout SignInForm) {
        for character in text {
            #expect(SignInReducer.reduce(&form, .key(.character(character))).isEmpty)
        }
    }

    @Test func signsIn() {
        var form = SignInForm()
        Self.type("alice", &form)
        #expect(SignInReducer.reduce(&form, .key(.enter)).isEmpty)
        #expect(SignInReducer.reduce(&form, .paste("secret\n")).isEmpty)
        let effects = SignInReducer.reduce(&form, .key(.enter))
        #expect(form.isBusy)
        #expect(effects == [.signIn(form)])
        #expect(form.fields[2].text == "alice")
        #expect(form.fields[3].text == "secret")
        #expect(SignInReducer.reduce(&form, .key(.enter)).isEmpty, "once is enough")
        Self.type("x", &form)
        #expect(form.fields[3].text == "secret")
        #expect(SignInReducer.reduce(&form, .key(.escape)) == [.quit])
    }

    @Test func asksForWhatIsMissing() {
        var form = SignInForm()
        form.focus = 3
        #expect(SignInReducer.reduce(&form, .key(.enter)).isEmpty)
        #expect(form.error == "account and password, please")
        #expect(!form.isBusy)
    }

    @Test func movesAndTogglesRegistering() {
        var form = SignInForm()
        _ = SignInReducer.reduce(&form, .key(.up))
        #expect(form.focus == 1)
        _ = SignInReducer.reduce(&form, .key(Key(.tab, .shift)))
        _ = SignInReducer.reduce(&form, .key(.up))
        #expect(form.focus == 3)
        _ = SignInReducer.reduce(&form, .key(.function(2)))
        #expect(form.isRegistering)
        _ = SignInReducer.reduce(&form, .key(.down))
        #expect(form.focus == 4)
        _ = SignInReducer.reduce(&form, .key(.function(2)))
        #expect(form.focus == 3)
        _ = SignInReducer.reduce(&form, .key(.tab))
        #expect(form.focus == 0)
        #expect(SignInReducer.reduce(&form, .key(.control("l"))) == [.redraw])
        #expect(SignInReducer.reduce(&form, .key(.control("c"))) == [.quit])
    }

    @Test func theFirstScreen() {
        var form = SignInForm()
        form.fields[2] = Composer("alice")
        form.fields[3] = Composer("secret")
        form.focus = 3
        form.error = "wrong password"
        var grid = Grid(rows: 24, columns: 80)
        SignInView.draw(form, into: &grid)
        #expect(
            grid.text.filter { !$0.isEmpty } == [
                "                 FreeIM  sign in",
                "                 server     127.0.0.1:2000",
                "                 http       127.0.0.1:8080",
                "                 account    alice",
                "                 password   ••••••",
                "                 wrong password",
                " Enter next · Tab moves · F2 make an account · Esc leaves",
            ])
        #expect(grid.cursor?.row == 12)
        #expect(grid.cursor?.column == 34)
        #expect(!grid.text.joined().contains("secret"))
    }

    @Test func everySizeHoldsTheFieldThatIsWrittenIn() {
        var form = SignInForm(isRegistering: true)
        form.error = "the server said something long that has to be wrapped somewhere, 你好世界"
        form.fields[2] = Composer(String(repeating: "long 你好 ", count: 20))
        for rows in [1, 2, 5, 6, 9, 10, 24, 200] {
            for columns in [1, 2, 10, 20, 40, 80, 500] {
                for focus in 0..<form.count {
                    form.focus = focus
                    var grid = Grid(rows: rows, columns: columns)
                    SignInView.draw(form, into: &grid)
                    guard rows >= 5, columns >= 20 else { continue }
                    let row = grid.cursor.map { grid.text[$0.row] } ?? ""
                    #expect(row.contains(SignInForm.labels[focus]))
                }
            }
        }
    }
}
