import Testing

@testable import LibTorch

@Suite("What a processor says of itself")
struct ProcessorTests {
    @Test("is read from Linux's description")
    func flags() {
        let intel = "processor\t: 0\nmodel name\t: X\nflags\t\t: fpu avx512f avx512_bf16\n"
        #expect(Precision.processorFlags(in: intel) == ["fpu", "avx512f", "avx512_bf16"])
        let arm = "processor\t: 0\nFeatures\t: fp asimd bf16\n"
        #expect(Precision.processorFlags(in: arm) == ["fp", "asimd", "bf16"])
        #expect(Precision.processorFlags(in: "") == nil)
    }

    @Test("is no caveat for float32")
    func float32() { #expect(Precision.float32.caveat == nil) }
}
