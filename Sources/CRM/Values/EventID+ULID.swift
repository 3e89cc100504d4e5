extension EventID {
    /// The id of an event that brought none: `event_` and its ULID.
    init(_ ulid: ULID) { text = ulid.text(prefix: "event_") }
}
