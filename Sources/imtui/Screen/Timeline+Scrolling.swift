/// Moves the place on screen; a row is a row of the terminal.
extension Timeline {
    /// The items with the heights that the screen gives them.
    struct Measured {
        let items: [TimelineItem]
        /// Rows of an item; asked only for what is near the screen.
        let height: (TimelineItem) -> Int
        /// Rows of the timeline on screen.
        let rows: Int
    }

    /// The bottom item and its rows below the edge; the last item when following.
    func bottom(_ measured: Measured) -> (index: Int, clip: Int)? {
        guard let last = measured.items.indices.last else { return nil }
        switch anchor {
        case .bottom: return (last, 0)
        case .item(let key, let clip):
            guard let index = place(of: key, measured.items) else { return (last, 0) }
            return (index, min(clip, max(0, measured.height(measured.items[index]) - 1)))
        }
    }

    /// Where an item stands; when it is gone (a hole that filled), the nearest before it.
    private func place(of key: TimelineItem.Key, _ items: [TimelineItem]) -> Int? {
        if let index = items.lastIndex(where: { $0.key == key }) { return index }
        let seq: Int64
        switch key {
        case .message(let own), .hole(let own), .day(let own): seq = own
        case .pending, .unread, .start: return nil
        }
        return items.lastIndex { item in
            guard let own = item.message?.seq else { return false }
            return own > 0 && own <= seq
        }
    }

    /// Scrolls by rows, up when positive. Whether the top of the window was reached.
    mutating func scroll(by rows: Int, _ measured: Measured) -> Bool {
        guard var (index, clip) = bottom(measured) else { return true }
        clip += rows
        while clip < 0, index + 1 < measured.items.count {
            index += 1
            clip += measured.height(measured.items[index])
        }
        if clip < 0 || (index == measured.items.count - 1 && clip <= 0) {
            anchor = .bottom
            return false
        }
        while index > 0, clip >= measured.height(measured.items[index]) {
            clip -= measured.height(measured.items[index])
            index -= 1
        }
        return settle(index, clip, measured)
    }

    /// Puts an item's first row at a row of the screen.
    mutating func show(_ key: TimelineItem.Key, atRow row: Int, _ measured: Measured) {
        guard var index = place(of: key, measured.items) else { return }
        var below = max(1, measured.rows - max(0, row)) - measured.height(measured.items[index])
        while below > 0, index + 1 < measured.items.count {
            index += 1
            below -= measured.height(measured.items[index])
        }
        if below >= 0, index + 1 == measured.items.count, reachesHead {
            anchor = .bottom
        } else {
            _ = settle(index, max(0, -below), measured)
        }
    }

    /// Scrolls as little as it takes to have all of an item on screen.
    mutating func reveal(_ key: TimelineItem.Key, _ measured: Measured) {
        guard let target = place(of: key, measured.items),
            let (index, clip) = bottom(measured)
        else { return }
        let own = measured.height(measured.items[target])
        if target >= index {
            if target == index, clip == 0 { return }
            if target == index, own > measured.rows { return }
            _ = settle(target, 0, measured)
            if target == measured.items.count - 1, reachesHead { anchor = .bottom }
            return
        }
        var above = -clip
        for item in measured.items[target...index] { above += measured.height(item) }
        if above > measured.rows { show(key, atRow: 0, measured) }
    }

    /// Anchors at that place, but never with empty rows above the first item. Whether the first
    /// item is on screen.
    private mutating func settle(_ index: Int, _ clip: Int, _ measured: Measured) -> Bool {
        var above = -clip
        for item in measured.items[...index].reversed() {
            above += measured.height(item)
            if above > measured.rows {
                anchor = .item(measured.items[index].key, clip: clip)
                return false
            }
        }
        if above == measured.rows {
            anchor = .item(measured.items[index].key, clip: clip)
            return true
        }
        // Fewer rows than the screen: the first item comes to the top.
        var left = measured.rows
        for (place, item) in measured.items.enumerated() {
            left -= measured.height(item)
            if left <= 0 {
                let isLast = place == measured.items.count - 1 && left == 0
                anchor = isLast ? .bottom : .item(item.key, clip: -left)
                return true
            }
        }
        anchor = .bottom
        return true
    }
}
