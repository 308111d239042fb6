/// How a frame's body is encoded; the raw value is the frame's version.
public enum BodyVersion: Int32, Sendable, CaseIterable {
    case json = 1
    case protobuf = 2
}
