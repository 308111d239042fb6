/// The numbered migrations of the server's database and of the client's cache, compiled in.
public enum FreeIMSchema {
    /// One step from a schema version to the next.
    public struct Migration: Sendable {
        /// The version this step leads to: 1, 2, 3 …
        public let version: Int
        /// Statements, run in one transaction.
        public let sql: String
    }

    /// The server's migrations, ascending by version from 1 without holes.
    public static let server: [Migration] = [
        migration(1, PackageResources.server_0001_initial_sql),
        migration(2, PackageResources.server_0002_moments_sql),
        migration(3, PackageResources.server_0003_surface_sql),
    ]

    /// The migrations of the server's `index.sqlite`, which can be made again from the log.
    public static let index: [Migration] = [
        migration(1, PackageResources.index_0001_initial_sql)
    ]

    /// The migrations of the server's `hooks.sqlite`.
    public static let hooks: [Migration] = [
        migration(1, PackageResources.hooks_0001_initial_sql)
    ]

    /// The client cache's migrations, ascending by version from 1 without holes.
    public static let client: [Migration] = [
        migration(1, PackageResources.client_0001_initial_sql),
        migration(2, PackageResources.client_0002_search_sql),
    ]

    private static func migration(_ version: Int, _ bytes: [UInt8]) -> Migration {
        Migration(version: version, sql: String(decoding: bytes, as: UTF8.self))
    }
}
