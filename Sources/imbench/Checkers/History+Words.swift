extension History {
    /// An observation in one line for people.
    func words(_ observation: Observation) -> String {
        switch observation.event {
        case .connecting(let device): "device \(device) connects"
        case .online(let device): "device \(device) is on line"
        case .offline(let device): "device \(device) is off line"
        case .sent(let sent):
            "device \(sent.device) makes send \(sent.send) to conversation "
                + "\(sent.conversation): \(name(sent))" + (sent.isHTTP ? ", over HTTP" : "")
        case .transmitted(let send): "send \(send) is transmitted"
        case .acked(let send, let conversation, let seq, let isDuplicate):
            "send \(send) is acknowledged as seq \(seq) of conversation \(conversation)"
                + (isDuplicate ? " (duplicate)" : "")
        case .refused(let send, let isForGood):
            "send \(send) is refused" + (isForGood ? " for good" : " for now")
        case .delivered(let delivery): words(delivery)
        case .asking(let device, let conversation, let pull):
            "device \(device) asks for page \(pull), of conversation \(conversation)"
        case .page(let page): words(page)
        case .gap(let device, let conversation, let from, let through):
            "device \(device) is told of a Gap from \(from) through \(through) in conversation "
                + "\(conversation)"
        case .acknowledging(let device, let conversation, let seq):
            "device \(device) acknowledges through seq \(seq) of conversation \(conversation)"
        case .reading(let device, let conversation, let seq):
            "device \(device) says its user read through seq \(seq) of conversation "
                + "\(conversation)"
        case .receipt(let device, let conversation, let user, let delivered, let read):
            "device \(device) is told of user \(user) in conversation \(conversation): "
                + "delivered \(delivered), read \(read)"
        case .wire(let device, let words): "device \(device): \(words)"
        case .asked(_, let request, _): "request \(request) is made"
        case .answered(_, let request, let isRefused):
            "request \(request) is \(isRefused ? "refused" : "answered")"
        case .away(let device): "device \(device) goes away by its own will"
        case .back(let device): "device \(device) is back"
        case .fault(let fault): "fault \(fault) begins"
        }
    }

    private func name(_ sent: Observation.Sent) -> String {
        switch sent.code {
        case 20: "recall of send \(sent.target)"
        case 21: "edit of send \(sent.target)"
        case 22: "reaction to send \(sent.target)"
        default: "message"
        }
    }

    private func words(_ delivery: Observation.Delivered) -> String {
        let way =
            switch delivery.way {
            case .push: "push"
            case .offlinePage: "offline page"
            case .pulled: "page asked for"
            case .final: "final reading"
            }
        var what: String
        if delivery.send == Observation.Delivered.serverEntry {
            what = "an entry of the server's own, code \(delivery.code)"
            if delivery.member >= 0 { what += ", user \(delivery.member)" }
        } else {
            what = Ledger.name(delivery.send)
            switch delivery.content {
            case delivery.send: break
            case Observation.Delivered.empty: what += ", empty"
            case Observation.Delivered.unreadable: what += ", with a content nobody wrote"
            default: what += ", with the text of send \(delivery.content)"
            }
        }
        return "device \(delivery.device) got seq \(delivery.seq) of conversation "
            + "\(delivery.conversation) (\(way)): \(what)"
    }

    private func words(_ page: Observation.SyncedPage) -> String {
        let position =
            page.after.map { "after \($0)" } ?? page.before.map { "before \($0)" } ?? "at the end"
        var seqs = "nothing"
        if let first = page.seqs.first, let last = page.seqs.last {
            seqs = "\(page.seqs.count) messages, \(first) to \(last)"
        }
        return "device \(page.device) got page \(page.pull) of conversation "
            + "\(page.conversation), \(position): \(seqs), head \(page.headSeq), first "
            + "\(page.firstSeq)" + (page.hasMore ? ", more" : "")
    }
}
