// swift-tools-version: 6.2
import PackageDescription

// Warnings are errors everywhere, so that the flags of `swift build` and `swift test` agree and share one build.
//
// Exclusive access to memory is checked by the debug build, with which all tests run; the release saves those checks, a
// twenty-fifth of what an event costs.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

// Small functions that every event calls are compiled into the modules that use them, as if they were their own.
let inlined: [SwiftSetting] = [.unsafeFlags(["-cross-module-optimization"], .when(configuration: .release))]

// What `crmsync --version` names; CRMSYNC_COMMIT tells a build that has no git, as that of the image.
let git = Context.gitInformation
let commit =
    Context.environment["CRMSYNC_COMMIT"]
    ?? git.map { $0.currentCommit.prefix(12) + ($0.hasUncommittedChanges ? "+" : "") } ?? ""

let package = Package(
    name: "crmsync",
    products: [.executable(name: "crmsync", targets: ["Command"])],
    targets: [
        .systemLibrary(name: "CSystem", providers: [.apt(["libhiredis-dev"])]),
        .target(name: "CBuild", cSettings: [.define("CRMSYNC_COMMIT", to: "\"\(commit)\"")]),
        .target(name: "Text", swiftSettings: strict + inlined),
        .target(name: "HTTP", dependencies: ["Text"], swiftSettings: strict),
        .target(name: "CRM", dependencies: ["Text"], swiftSettings: strict),
        .target(name: "Loop", dependencies: ["CSystem"], swiftSettings: strict),
        .target(name: "Redis", dependencies: ["Loop", "CSystem", "Text"], swiftSettings: strict),
        .target(
            name: "Store", dependencies: ["Text", "CRM", "Redis", "Loop"],
            resources: [
                .embedInCode("Scripts/apply.lua"), .embedInCode("Scripts/backlog.lua"),
                .embedInCode("Scripts/check.lua"), .embedInCode("Scripts/due.lua"),
                .embedInCode("Scripts/erase-step.lua"), .embedInCode("Scripts/erase.lua"),
                .embedInCode("Scripts/erased.lua"), .embedInCode("Scripts/explain.lua"),
                .embedInCode("Scripts/lost.lua"), .embedInCode("Scripts/meta.lua"),
                .embedInCode("Scripts/names-top.lua"), .embedInCode("Scripts/names.lua"),
                .embedInCode("Scripts/page.lua"), .embedInCode("Scripts/repair.lua"),
                .embedInCode("Scripts/repeat-alert.lua"), .embedInCode("Scripts/retention.lua"),
                .embedInCode("Scripts/rights.lua"), .embedInCode("Scripts/task.lua"),
                .embedInCode("Scripts/status.lua"),
                .embedInCode("Scripts/trim.lua"), .embedInCode("Scripts/include/announce.lua"),
                .embedInCode("Scripts/include/close-task.lua"),
                .embedInCode("Scripts/include/funnel-read.lua"), .embedInCode("Scripts/include/funnel-write.lua"),
                .embedInCode("Scripts/include/quota.lua"),
            ], swiftSettings: strict),
        .target(
            name: "Inspection", dependencies: ["Text", "CRM", "Redis", "Store"], swiftSettings: strict),
        .target(name: "Journal", dependencies: ["CSystem", "Text"], swiftSettings: strict),
        .target(
            name: "Service", dependencies: ["Text", "HTTP", "CRM", "Redis", "Store", "Inspection", "Journal", "Loop"],
            resources: [
                .embedInCode("Reading/openapi.json"), .embedInCode("Web/admin.html"),
                .embedInCode("Web/admin.js"), .embedInCode("Web/admin.css"),
                .embedInCode("Web/admin-page.js"), .embedInCode("Web/admin-figures.js"),
                .embedInCode("Web/admin-desk.js"), .embedInCode("Web/admin-person.js"),
                .embedInCode("Web/tracker.js"), .embedInCode("Web/tracker.mjs"), .embedInCode("Web/tracker.d.ts"),
                .embedInCode("Web/demo.html"), .embedInCode("Web/demo.js"), .embedInCode("Web/demo.css"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "Command",
            dependencies: ["CBuild", "Text", "Service", "CRM", "Redis", "Store", "Inspection", "Loop"],
            swiftSettings: strict),

        .executableTarget(
            name: "Bench", dependencies: ["Text", "Redis", "Store", "CRM", "Loop", "CSystem", "TestSupport"],
            path: "Tests/Bench",
            exclude: ["peer.mjs"], swiftSettings: strict),
        .executableTarget(
            name: "Chaos", dependencies: ["Command", "TestSupport"], path: "Tests/Chaos", swiftSettings: strict),
        .executableTarget(
            name: "Fuzz", dependencies: ["Text", "HTTP", "CRM", "Redis", "Store", "Journal", "Service"],
            path: "Tests/Fuzz",
            exclude: ["Seeds"],
            swiftSettings: strict),
        .target(
            name: "TestSupport", dependencies: ["CSystem", "Text"], path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(name: "TextTests", dependencies: ["Text", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "HTTPTests", dependencies: ["HTTP", "Text"], swiftSettings: strict),
        .testTarget(name: "CRMTests", dependencies: ["CRM", "Text", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "LoopTests", dependencies: ["Loop"], swiftSettings: strict),
        .testTarget(
            name: "StoreTests", dependencies: ["Text", "Redis", "Store", "Inspection", "CRM", "Loop", "TestSupport"],
            swiftSettings: strict),
        .testTarget(name: "JournalTests", dependencies: ["Journal", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "ServiceTests",
            dependencies: [
                "Text", "Service", "CRM", "Redis", "Store", "Inspection", "Journal", "Loop", "Command", "TestSupport",
            ],
            exclude: ["Stories"],
            swiftSettings: strict),
        .testTarget(
            name: "FuzzTests", dependencies: ["Fuzz", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "TidyTests", dependencies: ["CRM", "Store", "Service", "Command"], swiftSettings: strict),
        .testTarget(
            name: "BrowserTests", dependencies: ["Command", "TestSupport"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)

// The image is built from the sources alone, without Tests, whose folders need not exist then.
if Context.environment["CRMSYNC_WITHOUT_TESTS"] != nil {
    package.targets.removeAll { $0.type == .test || $0.path?.hasPrefix("Tests/") == true }
}
