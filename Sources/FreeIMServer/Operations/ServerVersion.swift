/// The version of this program.
public enum ServerVersion {
    public static let text = "1.0.0"
}
