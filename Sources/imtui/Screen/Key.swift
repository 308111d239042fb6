/// A key as the screen understands it.
enum Key: Equatable, Hashable, Sendable {
    case character(Character)
    case control(Character)
    case alt(Character)
    case enter, altEnter, tab, backspace, delete, escape
    case up, down, left, right, altUp, altDown
    case home, end, pageUp, pageDown
    case function(Int)
    case paste(String)
}
