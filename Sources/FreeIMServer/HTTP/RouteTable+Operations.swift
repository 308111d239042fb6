import FreeIMProtocol

extension RouteTable {
    static let operations: [Route] = [
        Route(
            .get, "/healthz", .anyone, "Whether the process lives.", [],
            answers: .raw("text/plain"),
            replying: { _ in .raw(Array("ok\n".utf8), contentType: "text/plain", status: 200) }),
        Route(
            .get, "/readyz", .anyone, "Whether requests are taken.", [],
            answers: .raw("text/plain"),
            replying: { call in
                let isReady = call.services.isReady()
                return .raw(
                    Array((isReady ? "ready\n" : "draining\n").utf8), contentType: "text/plain",
                    status: isReady ? 200 : 503)
            }),
        Route(
            .get, "/metrics", .loopbackOrAdmin, "Counters in Prometheus' text format.", [],
            answers: .raw("text/plain"),
            replying: { call in
                .raw(
                    Array(MetricsPage(services: call.services).text().utf8),
                    contentType: "text/plain; version=0.0.4", status: 200)
            }),
        Route(
            .get, "/openapi.json", .anyone, "This description of every route.", [],
            answers: .raw("application/json"),
            replying: { _ in
                .raw(
                    try OpenAPIDocument.make(RouteTable.all).bytes(),
                    contentType: "application/json", status: 200)
            }),
        Route(
            .post, "/admin/provision", .admin,
            "Makes users, devices' tokens, friendships and groups in bulk; repeatable.",
            Provisioning.fields, answers: Provisioning.answer
        ) { call in
            let provisioning = try Provisioning(call)
            try await call.noteAlone("provision", provisioning.sizes)
            return try await provisioning.run()
        },
    ]
}
