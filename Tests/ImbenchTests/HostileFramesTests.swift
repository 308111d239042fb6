import FreeIMCore
import FreeIMProtocol
import NIOCore
import Testing

@testable import imbench

@Suite struct HostileFramesTests {
    @Test func theSameSeedMakesTheSameFrames() {
        var (one, two) = (SplitMix64(seed: 9), SplitMix64(seed: 9))
        for _ in 0..<200 {
            let (left, right) = (
                HostileFrames.next(random: &one, isAuthenticated: true),
                HostileFrames.next(random: &two, isAuthenticated: true)
            )
            #expect(left == right)
        }
    }

    /// What each is said to be owed fits what a decoder makes of it.
    @Test(arguments: [true, false]) func dueFitsTheBytes(isAuthenticated: Bool) {
        var random = SplitMix64(seed: 3)
        var seen: Set<String> = []
        for _ in 0..<2_000 {
            let frame = HostileFrames.next(random: &random, isAuthenticated: isAuthenticated)
            seen.insert(String(frame.words.filter { !$0.isNumber }.prefix(12)))
            var decoder = FrameDecoder()
            decoder.append(ByteBuffer(bytes: frame.bytes))
            do {
                let whole = try decoder.next()
                #expect((whole != nil) == (frame.due == .openEnd), "\(frame.words)")
                #expect(decoder.pendingBytes == 0 || frame.due == .silence, "\(frame.words)")
                if isAuthenticated { #expect(whole?.action != .quit) }
            } catch {
                #expect(frame.due == .close, "\(frame.words)")
            }
        }
        #expect(seen.count > 14)
    }
}
