import Foundation

/// Makes what `/metrics` answers: the counters, and what is looked up when somebody asks.
struct MetricsPage {
    let services: HTTPServices

    func text() -> String {
        var page = MetricText()
        page.family("build_info", .gauge, "This build: its version and the database's schema.")
        page.sample(
            "build_info",
            ["version": ServerVersion.text, "schema": String(StoreOpening.newestVersion)], 1)
        services.metrics.write(to: &page)
        page.single(
            "store_mailbox_waiting", .gauge, "Requests that wait for the store's writer.",
            services.store.waiting)
        page.single(
            "http_connections", .gauge, "HTTP connections open.",
            services.operations.guardLimits.open.withLockedValue { $0 })
        writeHooks(to: &page)
        writeFiles(to: &page)
        writeProcess(to: &page)
        return page.text
    }

    private func writeHooks(to page: inout MetricText) {
        guard let counts = services.hooks?.counts else { return }
        page.single(
            "hook_calls_waiting", .gauge, "Calls of webhooks that wait on disk.", counts.waiting)
        page.single(
            "hook_calls_dead", .gauge, "Calls that were given up and are kept.", counts.dead)
        page.family("hook_calls_total", .counter, "Calls of webhooks by what became of them.")
        for (outcome, count) in [
            ("taken", counts.taken), ("failed", counts.failures), ("skipped", counts.skipped),
            ("expired", counts.expired), ("forgotten", counts.forgotten),
        ] {
            page.sample("hook_calls_total", ["outcome": outcome], count)
        }
        page.family("hook_lag_entries", .gauge, "Log entries that webhooks did not look at yet.")
        page.sample("hook_lag_entries", ["kind": "push"], Int(counts.pushLag))
        page.sample("hook_lag_entries", ["kind": "bot"], Int(counts.botLag))
    }

    private func writeFiles(to page: inout MetricText) {
        let path = "\(services.operations.data)/\(StoreOpening.fileName)"
        page.single(
            "database_bytes", .gauge, "Size of the database's file.", MetricsPage.size(path))
        page.single(
            "wal_bytes", .gauge, "Size of the write-ahead log.", MetricsPage.size(path + "-wal"))
        var disk = statvfs()
        if statvfs(services.operations.data, &disk) == 0 {
            page.single(
                "disk_free_bytes", .gauge, "What is free where the data folder is.",
                Int(disk.f_bavail) * Int(disk.f_frsize))
        }
    }

    private static func size(_ path: String) -> Int {
        var facts = stat()
        return stat(path, &facts) == 0 ? Int(facts.st_size) : 0
    }

    private func writeProcess(to page: inout MetricText) {
        let pages =
            (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?
            .split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        page.single(
            "process_resident_bytes", .gauge, "Memory that the process has.",
            pages * Int(sysconf(Int32(_SC_PAGESIZE))))
        let files = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.count
        page.single(
            "process_open_files", .gauge, "Files and sockets that the process has open.",
            files ?? 0)
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            page.single(
                "process_open_files_max", .gauge, "Files and sockets that it may open.",
                limit.rlim_cur > rlim_t(Int.max) ? Int.max : Int(limit.rlim_cur))
        }
    }
}
