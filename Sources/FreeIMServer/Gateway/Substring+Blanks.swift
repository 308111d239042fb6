extension Substring {
    /// Without spaces and tabs at its ends.
    func withoutBlankEnds() -> Substring {
        var text = drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
