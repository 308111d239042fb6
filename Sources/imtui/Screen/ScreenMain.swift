enum ScreenMain {
    static func run(_ common: CommonOptions) async throws -> Int32 { 4 }
}
