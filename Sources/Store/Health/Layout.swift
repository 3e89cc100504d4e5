import Redis

/// Whose arrangement of keys a database has, by the field `schema` of `crm_meta`.
///
/// A version writes only into a database of its own layout: what it would write into another one may be read wrongly,
/// by itself and by the version that made it.
public enum Layout: Equatable, Sendable {
    /// This version's, or none yet.
    case own
    /// That of a newer version.
    case newer(Int)
    /// That of an older version, or no layout at all.
    case other(String)

    /// The layout that `schema` names.
    public init(_ schema: String?) {
        guard let schema, schema != Keys.schema else {
            self = .own
            return
        }
        let isNumber = !schema.isEmpty && schema.utf8.count <= 9 && schema.utf8.allSatisfy { $0 >= 48 && $0 <= 57 }
        let number = isNumber ? Int(schema) : nil
        if let number, number > Int(Keys.schema) ?? 0 { self = .newer(number) } else { self = .other(schema) }
    }

    /// Whether a layout is this version's, or none yet.
    public static func isOwn(_ schema: String?) -> Bool { Layout(schema) == .own }

    /// Why nothing may be written, and what to do; `nil` where it may.
    public var problem: String? {
        switch self {
        case .own: nil
        case .newer(let number):
            "The keys are of layout \(number) (crm_meta), made by a newer crmsync, and this one knows layout "
                + "\(Keys.schema): it writes nothing, and events wait on disk. Run the newer version."
        case .other(let schema):
            "crm_meta says that the keys are of layout '\(schema.prefix(20))', and this crmsync knows layout "
                + "\(Keys.schema): it writes nothing, and events wait on disk. Run crmsync check --fix."
        }
    }
}

extension Store {
    /// Whose layout the database has.
    public func layout(_ done: @escaping (Result<Layout, RedisError>) -> Void) {
        identity { done($0.map { Layout($0.schema) }) }
    }
}
