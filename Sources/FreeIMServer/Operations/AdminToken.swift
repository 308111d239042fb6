/// The operator's token: made on the first start in `DIR/admin.token`, mode 0600.
enum AdminToken {
    /// The token in `directory`, made when there is none. Throws `StoreError`.
    static func load(_ directory: String) throws(StoreError) -> String {
        try SecretFile.load(directory + "/admin.token")
    }
}
