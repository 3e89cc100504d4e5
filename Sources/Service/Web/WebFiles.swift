import HTTP

/// The web pages and scripts that the service serves by itself, each under its name after the base path.
///
/// To add one: put the file beside this one, list it in Package.swift as `.embedInCode("Web/<file>")`, and give it a
/// line in the table below. A page may use no inline script and no inline style, so these are files of their own.
enum WebFiles {
    private static let script = "text/javascript; charset=utf-8"
    private static let style = "text/css; charset=utf-8"
    private static let page = "text/html; charset=utf-8"

    private static let files: [String: WebFile] = [
        "admin": WebFile(PackageResources.admin_html, type: page, .page),
        "admin.js": WebFile(PackageResources.admin_js, type: script, .part),
        "admin-page.js": WebFile(PackageResources.admin_page_js, type: script, .part),
        "admin-figures.js": WebFile(PackageResources.admin_figures_js, type: script, .part),
        "admin-desk.js": WebFile(PackageResources.admin_desk_js, type: script, .part),
        "admin-person.js": WebFile(PackageResources.admin_person_js, type: script, .part),
        "admin.css": WebFile(PackageResources.admin_css, type: style, .part),
        "tracker.js": WebFile(withoutComments(PackageResources.tracker_js), type: script, .shared),
        "tracker.mjs": WebFile(PackageResources.tracker_mjs, type: script, .shared),
        "tracker.d.ts": WebFile(PackageResources.tracker_d_ts, type: "text/plain; charset=utf-8", .shared),
    ]

    /// Only with `DEMO=1`.
    private static let demo: [String: WebFile] = [
        "demo": WebFile(PackageResources.demo_html, type: page, .page),
        "demo.js": WebFile(PackageResources.demo_js, type: script, .part),
        "demo.css": WebFile(PackageResources.demo_css, type: style, .part),
    ]

    /// The answer to a request for the file of that name; `nil` where there is none.
    static func response(to request: Request, name: Substring, withDemo: Bool) -> Response? {
        let file = files[String(name)] ?? (withDemo ? demo[String(name)] : nil)
        return file?.response(to: request)
    }

    /// A script without its indentation and its comments: a third of the tracker on the wire. It may hold no text over
    /// several lines, no block comments, and ` // ` in no text.
    private static func withoutComments(_ script: [UInt8]) -> [UInt8] {
        let lines = script.split(separator: UInt8(ascii: "\n")).map { line in
            let code = line.firstRange(of: " // ".utf8).map { line[..<$0.lowerBound] } ?? line
            return code.drop { $0 == UInt8(ascii: " ") }
        }
        let kept = lines.filter { !$0.isEmpty && !$0.starts(with: "//".utf8) && !$0.starts(with: "/**".utf8) }
        return Array(kept.joined(separator: "\n".utf8))
    }
}
