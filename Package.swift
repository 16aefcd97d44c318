// swift-tools-version: 6.1
import PackageDescription

// The arrows of the house (who may import whom) are the `dependencies` below:
//
//   CLibTorch ← LibTorch ← GREDImages ← GREDClassifiers ← { GREDAttacks, GRED }
//   { GREDAttacks, GRED, GREDCharts } ← GREDLaboratory ← GREDCommand
//
// libtorch itself is a system library found through pkg-config; `make setup` lays it.
let package = Package(
    name: "GRED",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "gred", targets: ["GREDCommand"]),
        .library(name: "LibTorch", targets: ["LibTorch"]),
        .library(
            name: "GRED", targets: ["GRED", "GREDAttacks", "GREDClassifiers", "GREDImages"]),
        .library(name: "GREDLaboratory", targets: ["GREDLaboratory", "GREDCharts"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.0.0"),
    ],
    targets: [
        // What others maintain, found on the system.
        .systemLibrary(name: "CTorch", pkgConfig: "libtorch"),
        .systemLibrary(
            name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .systemLibrary(
            name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
        .systemLibrary(
            name: "CJPEG", pkgConfig: "libjpeg",
            providers: [.apt(["libjpeg-dev"]), .brew(["jpeg-turbo"])]),
        .systemLibrary(
            name: "CCrypto", pkgConfig: "libcrypto",
            providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
        .target(
            name: "Digests",
            dependencies: [.target(name: "CCrypto", condition: .when(platforms: [.linux]))]),
        // Catches libjpeg's and libpng's errors, which leave by longjmp.
        .target(name: "CCodecs", dependencies: ["CJPEG", "CPNG"]),

        // The engine.
        .target(name: "CLibTorch", dependencies: ["CTorch"]),
        .target(name: "LibTorch", dependencies: ["CLibTorch", "CZlib"]),

        // What GRED is made of.
        .target(
            name: "GREDImages",
            dependencies: ["LibTorch", "Digests", "CZlib", "CPNG", "CCodecs"]),
        .target(name: "GREDClassifiers", dependencies: ["GREDImages", "Digests"]),
        .target(name: "GREDAttacks", dependencies: ["GREDClassifiers"]),
        .target(name: "GRED", dependencies: ["GREDClassifiers", "Digests"]),
        .target(
            name: "GREDCharts",
            dependencies: [.product(name: "Mustache", package: "swift-mustache")]),
        .target(
            name: "GREDLaboratory", dependencies: ["GREDAttacks", "GRED", "GREDCharts", "Digests"]),
        .executableTarget(
            name: "GREDCommand",
            dependencies: [
                "GREDLaboratory",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            // The script that `gred export` hands out travels inside the program.
            resources: [.embedInCode("Export/export.py")]),

        // What benchmarks run.
        .executableTarget(
            name: "Passes",
            dependencies: [
                "LibTorch", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Benchmarks/Passes"),
        .executableTarget(
            name: "AttackTimes",
            dependencies: [
                "GREDAttacks", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Benchmarks/Attacks"),
        .executableTarget(
            name: "DetectorVariants",
            dependencies: [
                "GREDLaboratory",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Benchmarks/Detectors"),

        // Tests, one target a module, and what they share.
        .target(name: "TestSupport", dependencies: ["LibTorch"], path: "Tests/Support"),
        .testTarget(name: "DigestsTests", dependencies: ["Digests"]),
        .testTarget(
            name: "LibTorchTests", dependencies: ["TestSupport", "LibTorch"],
            resources: [.copy("Golden")]),
        .testTarget(
            name: "GREDImagesTests",
            dependencies: ["TestSupport", "GREDImages", "Digests", "CZlib"],
            resources: [.copy("Golden")]),
        .testTarget(
            name: "GREDClassifiersTests", dependencies: ["TestSupport", "GREDClassifiers"],
            resources: [.copy("Golden")]),
        .testTarget(
            name: "GREDAttacksTests", dependencies: ["TestSupport", "GREDAttacks"],
            resources: [.copy("Golden")]),
        .testTarget(
            name: "GREDTests", dependencies: ["TestSupport", "GRED"], resources: [.copy("Golden")]),
        .testTarget(name: "GREDChartsTests", dependencies: ["GREDCharts"]),
        .testTarget(name: "GREDLaboratoryTests", dependencies: ["TestSupport", "GREDLaboratory"]),
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                "GRED", "CZlib", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/Fuzz"),
        .testTarget(name: "GREDCommandTests", dependencies: ["GREDCommand", "GREDLaboratory"]),
    ],
    cxxLanguageStandard: .cxx20
)
