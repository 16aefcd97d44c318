import LibTorch
import Testing

@Suite("Devices")
struct DeviceTests {
    private static let hasCUDA = (try? Device("cuda")) != nil

    @Test("know the processor by its name")
    func cpu() throws {
        #expect(try Device("cpu") == .cpu)
        #expect("\(Device.cpu)" == "cpu")
        #expect(try Tensor.zeros([1]).device == .cpu)
    }

    @Test(
        "are refused by their name and with a way out where they are unknown",
        arguments: ["nonsense", "", "cuda:", "cpu "])
    func unknown(_ name: String) throws {
        try expectUnknown(name)
    }

    @Test(
        "without a card, refuse CUDA",
        .enabled(if: !hasCUDA, "there is a CUDA device here"), arguments: ["cuda", "cuda:0"])
    func cuda(_ name: String) throws {
        try expectUnknown(name)
    }

    private func expectUnknown(_ name: String) throws {
        let error = #expect(throws: TorchError.self) { try Device(name) }
        guard case .unknownDevice(name, let reason) = error else {
            Issue.record("not the error that was expected: \(String(describing: error))")
            return
        }
        #expect(!reason.isEmpty && !reason.contains("\n"))
        let sentence = "\(try #require(error))"
        #expect(sentence.contains("'\(name)'") && sentence.contains("`cpu`"))
    }
}
