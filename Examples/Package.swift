// swift-tools-version: 6.1
import PackageDescription

// As a package of your own would have it, but for the path: there, a URL and a version.
let package = Package(
    name: "Examples",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "GRED", path: "..")],
    targets: [
        .executableTarget(
            name: "GuardImages",
            dependencies: [
                .product(name: "GRED", package: "GRED"),
                .product(name: "LibTorch", package: "GRED"),
            ]),
        .executableTarget(
            name: "GuardModel",
            dependencies: [
                .product(name: "GRED", package: "GRED"),
                .product(name: "GREDLaboratory", package: "GRED"),
            ]),
        .executableTarget(
            name: "SensitivityMap",
            dependencies: [
                .product(name: "GRED", package: "GRED"),
                .product(name: "LibTorch", package: "GRED"),
            ]),
        .executableTarget(
            name: "TrainAndGuard",
            dependencies: [
                .product(name: "GRED", package: "GRED"),
                .product(name: "GREDLaboratory", package: "GRED"),
            ]),
    ]
)
