/// What `/app/new.version.get` tells of the newest app.
struct AppVersion: Sendable {
    var code = 0
    var isMust = false
    var name = ""
    var download = ""
    var page = ""
    var description = ""
}
