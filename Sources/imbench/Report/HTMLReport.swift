/// A report as one page without outside parts.
enum HTMLReport {
    static func page(_ report: BenchReport) -> String {
        "<!DOCTYPE html>\n<html lang=\"en\"><head><title>imbench</title></head><body></body></html>"
    }
}
