// The browser tracker.
