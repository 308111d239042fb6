extension RouteTable {
    static let page: [Route] = [
        Route(
            .get, "/", .anyone, "A page that chats over WebSocket, to try the server with.", [],
            answers: .raw("text/html"),
            replying: { call in .response(call.services.page().response) })
    ]
}
