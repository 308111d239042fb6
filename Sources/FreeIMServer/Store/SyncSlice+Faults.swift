extension SyncSlice {
    /// With `syncHole`, takes a message out of the middle; pages below three have none.
    mutating func loseOne(_ dice: FaultDice) {
        if items.count > 2, dice.falls(.syncHole) != nil { items.remove(at: items.count / 2) }
    }
}
