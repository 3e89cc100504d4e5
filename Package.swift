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

let package = Package(
    name: "crmsync",
    products: [.executable(name: "crmsync", targets: ["Command"])],
    targets: [
        .systemLibrary(name: "CSystem", providers: [.apt(["libhiredis-dev"])]),
        .target(name: "HTTP", swiftSettings: strict),
        .target(name: "CRM", swiftSettings: strict),
        .target(name: "Loop", dependencies: ["CSystem"], swiftSettings: strict),
        .target(
            name: "Store", dependencies: ["CRM", "Loop", "CSystem"],
            resources: [
                .embedInCode("apply.lua"), .embedInCode("funnel-read.lua"), .embedInCode("funnel-write.lua"),
                .embedInCode("announce.lua"), .embedInCode("erase.lua"), .embedInCode("names.lua"),
                .embedInCode("names-top.lua"), .embedInCode("erase-step.lua"), .embedInCode("quota.lua"),
                .embedInCode("retention.lua"),
                .embedInCode("page.lua"), .embedInCode("task.lua"), .embedInCode("trim.lua"),
                .embedInCode("check.lua"), .embedInCode("repair.lua"),
                .embedInCode("erased.lua"), .embedInCode("explain.lua"), .embedInCode("due.lua"),
                .embedInCode("lost.lua"),
                .embedInCode("backlog.lua"), .embedInCode("rights.lua"), .embedInCode("meta.lua"),
            ], swiftSettings: strict),
        .target(name: "Journal", dependencies: ["CSystem"], swiftSettings: strict),
        .target(
            name: "Service", dependencies: ["HTTP", "CRM", "Store", "Journal", "Loop"],
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
            name: "Command", dependencies: ["Service", "CRM", "Store", "Loop"], swiftSettings: strict),

        .executableTarget(
            name: "Bench", dependencies: ["Store", "CRM", "Loop", "CSystem", "TestSupport"], path: "Tests/Bench",
            exclude: ["peer.mjs"], swiftSettings: strict),
        .executableTarget(
            name: "Chaos", dependencies: ["Command", "TestSupport"], path: "Tests/Chaos", swiftSettings: strict),
        .executableTarget(
            name: "Fuzz", dependencies: ["HTTP", "CRM", "Store", "Journal", "Service"], path: "Tests/Fuzz",
            exclude: ["Seeds"],
            swiftSettings: strict),
        .target(
            name: "TestSupport", dependencies: ["CSystem"], path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(name: "HTTPTests", dependencies: ["HTTP"], swiftSettings: strict),
        .testTarget(name: "CRMTests", dependencies: ["CRM"], swiftSettings: strict),
        .testTarget(name: "LoopTests", dependencies: ["Loop"], swiftSettings: strict),
        .testTarget(
            name: "StoreTests", dependencies: ["Store", "CRM", "Loop", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "JournalTests", dependencies: ["Journal", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "ServiceTests",
            dependencies: ["Service", "CRM", "Store", "Journal", "Loop", "Command", "TestSupport"],
            exclude: ["Stories"],
            swiftSettings: strict),
        .testTarget(
            name: "FuzzTests", dependencies: ["Fuzz", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "BrowserTests", dependencies: ["Command", "TestSupport"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
