extension Cache {
    /// What a person chose on this device, by its name; nil: nothing.
    public func choice(_ name: String) -> String? { meta("choice." + name) }

    /// Keeps a choice. Throws what SQLite says.
    public func setChoice(_ name: String, _ value: String) throws {
        try setMeta("choice." + name, value)
    }
}
