/// The keys of the first screen.
enum SignInReducer {
    /// Changes the form; `.quit` and `.signIn` are for the caller to do.
    static func reduce(_ form: inout SignInForm, _ event: InputEvent) -> [ScreenEffect] {
        guard case .key(let key) = event else {
            if !form.isBusy { _ = EditKeys.field(event, &form.fields[form.focus]) }
            return []
        }
        switch key {
        case .control("c"), .control("d"), .escape: return [.quit]
        case .control("l"): return [.redraw]
        case .control("z"): return [.suspend]
        default: break
        }
        if form.isBusy { return [] }
        switch key {
        case .tab, .down: form.focus = (form.focus + 1) % form.count
        case .up, Key(.tab, .shift): form.focus = (form.focus + form.count - 1) % form.count
        case .function(2):
            form.isRegistering.toggle()
            form.focus = min(form.focus, form.count - 1)
        case .enter: return enter(&form)
        default: _ = EditKeys.field(event, &form.fields[form.focus])
        }
        return []
    }

    private static func enter(_ form: inout SignInForm) -> [ScreenEffect] {
        if form.focus < form.count - 1 {
            form.focus += 1
            return []
        }
        if form.fields[2].isEmpty || form.fields[3].isEmpty {
            form.error = "account and password, please"
            return []
        }
        form.error = ""
        form.isBusy = true
        return [.signIn(form)]
    }
}
