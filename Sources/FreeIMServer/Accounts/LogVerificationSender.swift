import Logging

/// Writes codes to the log, where a developer reads them: the one secret that ever gets there, and
/// with `verification-sender log` alone.
struct LogVerificationSender: VerificationSender {
    let log: Logger

    init(log: Logger) {
        self.log = log
        log.warning(
            "VERIFICATION CODES ARE WRITTEN TO THIS LOG (verification-sender log); for development")
    }

    func checkReady() {}

    func send(_ message: VerificationMessage) async {
        log.notice(
            "a verification code",
            metadata: [
                "phone": "\(message.phone)", "purpose": "\(message.purpose.rawValue)",
                "code": "\(message.code)",
            ])
    }
}
