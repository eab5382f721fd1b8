// swift-tools-version: 6.2
import PackageDescription

// `make setup` links the engine (libtorch, from the torch wheel) here, so that nobody exports a path.
let torch = "\(Context.packageDirectory)/.keel/torch"

// The house, floor by floor; a module imports only floors below its own.
// `Tests/HouseTests` holds this manifest to that rule.
let package = Package(
    name: "keel",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "keel", targets: ["keel"]),
        .library(name: "KeelTensor", targets: ["KeelTensor"]),
        .library(name: "KeelFormats", targets: ["KeelFormats"]),
        .library(name: "KeelTokenizer", targets: ["KeelTokenizer"]),
        .library(name: "KeelLanguage", targets: ["KeelLanguage"]),
        .library(name: "KeelStatistics", targets: ["KeelStatistics"]),
        .library(name: "KeelModel", targets: ["KeelModel"]),
        .library(name: "KeelRemote", targets: ["KeelRemote"]),
        .library(name: "KeelTraining", targets: ["KeelTraining"]),
        .library(name: "KeelInterpretability", targets: ["KeelInterpretability"]),
        .library(name: "KeelLab", targets: ["KeelLab"]),
        .library(name: "KeelEvaluation", targets: ["KeelEvaluation"]),
        .library(name: "KeelCharacter", targets: ["KeelCharacter"]),
        .library(name: "KeelGuardian", targets: ["KeelGuardian"]),
        .library(name: "KeelReport", targets: ["KeelReport"]),
        .library(name: "KeelStore", targets: ["KeelStore"]),
        .library(name: "KeelServer", targets: ["KeelServer"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // 0: the engine, and everything that needs none
        .target(
            name: "CTorch",
            cxxSettings: [
                .headerSearchPath("../../.keel/torch/include"),
                .headerSearchPath("../../.keel/torch/include/torch/csrc/api/include"),
                .headerSearchPath("stubs"),
                .unsafeFlags([
                    "-isystem", "\(torch)/../nvidia/nccl/include",
                    "-isystem", "\(torch)/../nvidia/cu13/include",
                ]),
            ],
            linkerSettings: [
                .unsafeFlags(["-L\(torch)/lib", "-Xlinker", "-rpath", "-Xlinker", "\(torch)/lib"]),
                .linkedLibrary("torch"), .linkedLibrary("torch_cpu"), .linkedLibrary("c10"),
                // NCCL is in a library that only CUDA builds of libtorch have. For the others, the
                // linker finds an archive of the same name with nothing in it.
                .unsafeFlags(
                    ["-L\(Context.packageDirectory)/Scripts/absent"], .when(platforms: [.linux])),
                .linkedLibrary("torch_cuda", .when(platforms: [.linux])),
            ]),
        .target(name: "KeelTensor", dependencies: ["CTorch"]),
        .target(name: "KeelFormats"),
        .target(name: "KeelTokenizer"),
        .target(name: "KeelLanguage"),
        .target(name: "KeelStatistics"),

        // 1: the model
        .target(
            name: "KeelModel",
            dependencies: [
                "KeelTensor", "KeelFormats", "KeelTokenizer", "KeelLanguage",
                .product(name: "Crypto", package: "swift-crypto"),
            ]),

        // 2: models elsewhere, and what changes a model
        .target(
            name: "KeelRemote",
            dependencies: [
                "KeelFormats", "KeelLanguage",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        .target(
            name: "KeelTraining",
            dependencies: [
                "KeelTensor", "KeelFormats", "KeelTokenizer", "KeelLanguage", "KeelStatistics",
                "KeelModel",
            ],
            resources: [.copy("Realign/Texts")]),

        .target(
            name: "KeelInterpretability",
            dependencies: [
                "KeelTensor", "KeelFormats", "KeelTokenizer", "KeelLanguage", "KeelStatistics",
                "KeelModel",
            ],
            resources: [.copy("Corpus/Texts")]),

        // 3: experiments, what is asked of a model, and how it is shown
        .target(
            name: "KeelLab",
            dependencies: [
                "KeelTensor", "KeelFormats", "KeelTokenizer", "KeelLanguage", "KeelStatistics",
                "KeelModel", "KeelTraining", "KeelInterpretability",
            ],
            resources: [.copy("Data")]),
        .target(
            name: "KeelEvaluation",
            dependencies: [
                "KeelFormats", "KeelLanguage", "KeelStatistics",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Yams", package: "Yams"),
            ],
            resources: [.copy("Suites"), .copy("Thoughts/Texts")]),
        .target(
            name: "KeelCharacter",
            dependencies: [
                "KeelFormats", "KeelLanguage", "KeelStatistics",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Yams", package: "Yams"),
            ],
            resources: [.copy("Constitutions"), .copy("Suffixes")]),
        .target(
            name: "KeelGuardian",
            dependencies: [
                "KeelFormats", "KeelLanguage", "KeelStatistics",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Yams", package: "Yams"),
            ],
            resources: [.copy("Texts")]),
        .target(name: "KeelReport"),
        .target(
            name: "KeelStore",
            dependencies: [
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),

        // 4: the program, and what it serves
        .target(
            name: "KeelServer",
            dependencies: [
                "KeelGuardian", "KeelLanguage", "KeelStore",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            resources: [.copy("Pages")]),
        .executableTarget(
            name: "keel",
            dependencies: [
                "KeelTensor", "KeelFormats", "KeelTokenizer", "KeelLanguage", "KeelModel",
                "KeelRemote", "KeelTraining", "KeelInterpretability", "KeelEvaluation",
                "KeelCharacter", "KeelGuardian", "KeelReport", "KeelStatistics", "KeelStore",
                "KeelServer", "KeelLab",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Yams", package: "Yams"),
            ]),

        // What several tests share; nothing of the house may import it.
        .target(name: "TestSupport", path: "Tests/Support"),
        .testTarget(name: "KeelTensorTests", dependencies: ["KeelTensor"]),
        .testTarget(
            name: "KeelFormatsTests",
            dependencies: ["KeelFormats", "KeelStatistics", "TestSupport"],
            resources: [.copy("Goldens")]),
        .testTarget(
            name: "KeelTokenizerTests", dependencies: ["KeelStatistics", "KeelTokenizer"],
            resources: [.copy("Goldens")]),
        .testTarget(
            name: "KeelStatisticsTests", dependencies: ["KeelStatistics"],
            resources: [.copy("Goldens")]),
        .testTarget(
            name: "KeelModelTests",
            dependencies: [
                "KeelTensor", "KeelFormats", "KeelTokenizer", "KeelLanguage", "KeelStatistics",
                "KeelModel", "TestSupport",
            ],
            resources: [.copy("Goldens")]),
        .testTarget(name: "KeelLanguageTests", dependencies: ["KeelLanguage"]),
        .testTarget(
            name: "KeelTrainingTests",
            dependencies: [
                "KeelTensor", "KeelFormats", "KeelTokenizer", "KeelLanguage", "KeelStatistics",
                "KeelModel", "KeelTraining", "TestSupport",
            ],
            resources: [.copy("Goldens")]),
        .testTarget(
            name: "KeelInterpretabilityTests",
            dependencies: [
                "KeelTensor", "KeelFormats", "KeelTokenizer", "KeelLanguage", "KeelStatistics",
                "KeelModel", "KeelInterpretability", "TestSupport",
            ],
            resources: [.copy("Goldens")]),
        .testTarget(
            name: "KeelLabTests",
            dependencies: [
                "KeelTensor", "KeelFormats", "KeelLanguage", "KeelStatistics", "KeelModel",
                "KeelTraining", "KeelInterpretability", "KeelLab", "TestSupport",
            ]),
        .testTarget(
            name: "KeelRemoteTests",
            dependencies: [
                "KeelRemote", "KeelFormats", "KeelLanguage", "TestSupport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            resources: [.copy("Recorded")]),
        .testTarget(
            name: "KeelEvaluationTests",
            dependencies: [
                "KeelEvaluation", "KeelFormats", "KeelLanguage", "KeelStatistics", "TestSupport",
            ],
            exclude: ["Goldens"]),
        .testTarget(
            name: "KeelCharacterTests",
            dependencies: [
                "KeelCharacter", "KeelEvaluation", "KeelFormats", "KeelLanguage", "KeelStatistics",
                "TestSupport",
            ]),
        .testTarget(
            name: "KeelGuardianTests",
            dependencies: ["KeelFormats", "KeelGuardian", "KeelLanguage", "KeelStatistics"],
            resources: [.copy("Goldens"), .copy("Rows")]),
        .testTarget(name: "KeelReportTests", dependencies: ["KeelReport"], exclude: ["Goldens"]),
        .testTarget(
            name: "ReportTests",
            dependencies: [
                "keel", "KeelEvaluation", "KeelLab", "KeelLanguage", "KeelReport",
                "KeelStatistics", "TestSupport",
            ]),
        .testTarget(
            name: "KeelStoreTests",
            dependencies: ["KeelStore", .product(name: "GRDB", package: "GRDB.swift")]),
        .testTarget(
            name: "KeelServerTests",
            dependencies: [
                "KeelGuardian", "KeelServer", "KeelStore", "KeelLanguage", "TestSupport",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            exclude: ["Clients"]),
        .testTarget(name: "HouseTests"),
        // Runs the built program, which the dependency only makes sure is there.
        .testTarget(
            name: "ProgramTests", dependencies: ["keel", "KeelStatistics", "TestSupport"],
            exclude: ["Recorded"]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx20)

for target in package.targets where target.type != .system && target.name != "CTorch" {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .enableUpcomingFeature("InferIsolatedConformances"),
        .enableUpcomingFeature("ImmutableWeakCaptures"),
        .treatAllWarnings(as: .error),
    ]
}
