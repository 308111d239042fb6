/// A setting that takes one of some words.
public struct SettingChoice: Sendable {
    /// The words.
    let names: [String]
    /// The word that stands in a configuration.
    let text: @Sendable (ServerConfig) -> String
    /// Puts a word into a configuration.
    let apply: @Sendable (String, inout ServerConfig) throws(Setting.BadValue) -> Void

    init<C: CaseIterable & RawRepresentable<String> & SendableMetatype>(
        _ path: WritableKeyPath<ServerConfig, C> & Sendable
    ) {
        let names = C.allCases.map(\.rawValue)
        self.names = names
        text = { $0[keyPath: path].rawValue }
        apply = { (word: String, config: inout ServerConfig) throws(Setting.BadValue) in
            guard let value = C(rawValue: word) else {
                throw Setting.BadValue(
                    reason: "\"\(word)\" is not one of \(names.joined(separator: ", "))")
            }
            config[keyPath: path] = value
        }
    }
}
