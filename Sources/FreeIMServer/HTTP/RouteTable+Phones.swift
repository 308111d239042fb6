import FreeIMProtocol

extension RouteTable {
    /// Signing in without a password, and what goes with it.
    static let phones: [Route] = [
        Route(
            .post, "/common/send.sms", .anyone, "Sends a verification code to a phone.",
            [
                .needs("phone", .line(PhoneNumber.writtenMax)),
                .needs("type", .word(VerificationPurpose.words)),
            ]
        ) { call in
            try await call.services.accounts.sendCode(
                phone: call.text("phone"), type: call.text("type"), address: call.address)
            return .null
        },
        Route(
            .post, "/login", .anyone,
            "Signs in by phone and verification code; registers the number the first time.",
            [
                .needs("phone", .line(PhoneNumber.writtenMax)),
                .needs("verify_code", .line(VerificationCodes.writtenMax)),
            ], answers: .data(signedIn),
            replying: { call in
                try await checkingCode(call) {
                    signedIn(
                        try await call.services.accounts.signIn(
                            phone: call.text("phone"), code: call.text("verify_code"),
                            deviceID: call.deviceID, address: call.address))
                }
            }),
        Route(
            .post, "/login/qq", .anyone,
            "Signs in by what the identity provider says; registers the person the first time.",
            [
                .needs("openid", .line(IdentityProvider.subjectMax)),
                .needs("access_token", .line(IdentityProvider.tokenMax)),
            ], answers: signedIn
        ) { call in
            signedIn(
                try await call.services.accounts.signIn(
                    provider: "qq", subject: call.text("openid"),
                    token: call.text("access_token"), deviceID: call.deviceID,
                    address: call.address))
        },
        Route(
            .post, "/account/delete", .user,
            "Deletes the account: what is personal goes, conversations stay for the others.",
            [
                .takes("password", .content(textMax)),
                .takes("verify_code", .line(VerificationCodes.writtenMax)),
            ], answers: .data(.null),
            replying: { call in
                try await checkingCode(call) {
                    try await call.services.accounts.delete(
                        call.owner, password: call.has("password") ? call.text("password") : nil,
                        code: call.has("verify_code") ? call.text("verify_code") : nil)
                    // What waits finds nobody to tell anyway.
                    try? await call.services.hooks?.queue.forget(call.userID)
                    return .null
                }
            }),
        Route(
            .post, "/account/bind.push_id/:push_id",
            "Says where this device takes pushes; - ends them.",
            [.needs("push_id", .line(Accounts.pushIDMax))]
        ) { call in
            let pushID = call.text("push_id")
            try await call.services.accounts.bind(
                pushID: pushID == "-" ? "" : pushID, call.owner, deviceID: call.deviceID,
                clientType: call.clientType)
            return .null
        },
        Route(
            .post, "/app/new.version.get", .anyone,
            "The newest version of the app; version_code 0: none is known.",
            answers: .object([
                "version_code": .integer, "is_must": .integer, "version_name": .text,
                "version_download": .text, "version_download_page": .text,
                "version_description": .text,
            ])
        ) { call in
            let version = call.services.appVersion
            return [
                "version_code": .int(Int64(version.code)), "is_must": version.isMust ? 1 : 0,
                "version_name": .string(version.name),
                "version_download": .string(version.download),
                "version_download_page": .string(version.page),
                "version_description": .string(version.description),
            ]
        },
    ]

    /// A wrong verification code has a code of its own: 405, with the status 400.
    private static func checkingCode(
        _ call: RouteCall, _ work: () async throws -> JSONValue
    ) async throws -> RouteReply {
        do {
            return .data(try await work())
        } catch is WrongVerificationCode {
            let refusal = WrongVerificationCode.refusal
            call.services.metrics.refused(refusal.code)
            return .response(RouteResponder.reply(refusal, status: 400, code: 405))
        }
    }
}
