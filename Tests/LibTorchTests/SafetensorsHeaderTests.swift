import Foundation
import LibTorch
import Testing

@Suite("Damaged safetensors files")
struct SafetensorsHeaderTests {
    /// A file with this header and a body of so many bytes; the length may lie.
    private func file(_ header: String, body: Int = 0, length: UInt64? = nil) -> Data {
        let text = Data(header.utf8)
        let claimed = length ?? UInt64(text.count)
        return withUnsafeBytes(of: claimed.littleEndian) { Data($0) } + text
            + Data(repeating: 0, count: body)
    }

    /// Expects ``TorchError/badFile(path:reason:)`` whose sentence holds the words.
    private func expectFault(
        _ file: Data, naming words: [String], _ comment: Comment? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let error = #expect(throws: TorchError.self, comment, sourceLocation: sourceLocation) {
            try Safetensors.read(file, path: "weights.safetensors")
        }
        guard let error else { return }
        guard case .badFile("weights.safetensors", let reason) = error else {
            Issue.record("not a bad file: \(error)", sourceLocation: sourceLocation)
            return
        }
        for word in words {
            #expect(reason.contains(word), comment, sourceLocation: sourceLocation)
        }
    }

    private func sound() throws -> Data {
        try Safetensors.data(
            of: [("a", Tensor([1 as Float, 2, 3])), ("b", Tensor([4.0, 5]))],
            metadata: ["key": "value"])
    }

    @Test("are refused wherever they were cut off")
    func truncated() throws {
        let whole = try sound()
        #expect(try Safetensors.read(whole, path: "").tensors.count == 2)
        for length in 0..<whole.count {
            let words = length < 8 ? ["\(length)"] : ["truncated"]
            try expectFault(whole.prefix(length), naming: words, "after \(length) bytes")
        }
    }

    @Test("do not crash the reader, whichever byte was altered")
    func altered() throws {
        let whole = try sound()
        for place in whole.indices {
            for value in [0, 0x22, 0x39, 0x7B, 0xFF] as [UInt8] {
                var damaged = whole
                damaged[place] = value
                do {
                    _ = try Safetensors.read(damaged, path: "damaged")
                } catch let error as TorchError {
                    guard case .badFile = error else {
                        Issue.record("byte \(place) as \(value): \(error)")
                        continue
                    }
                }
            }
        }
    }

    @Test(
        "are refused when the header's length lies",
        arguments: [13, 1 << 20, 1 << 40, UInt64(Int64.max), 1 << 63, .max - 7, .max])
    func lyingLength(_ length: UInt64) throws {
        try expectFault(
            file(#"{"a":{}}    "#, length: length), naming: ["\(length)", "12", "truncated"])
    }

    @Test("are refused when bytes at the end belong to no tensor")
    func trailing() throws {
        try expectFault(sound() + Data([0]), naming: ["1 bytes", "no tensor"])
        try expectFault(file("{}", body: 5), naming: ["5 bytes"])
    }

    @Test(
        "are refused when the header is not what it should be",
        arguments: [
            "", "null", "[]", "7", "{", "{]", "hello", "\u{0}\u{1}", #"{"a":1}"#, #"{"a":[]}"#,
            #"{"a":null}"#, #"{"a":{"dtype":"F32","shape":[1]}}"#,
            #"{"a":{"dtype":"F32","data_offsets":[0,0]}}"#,
            #"{"a":{"shape":[0],"data_offsets":[0,0]}}"#,
            #"{"a":{"dtype":7,"shape":[0],"data_offsets":[0,0]}}"#,
            #"{"a":{"dtype":"F32","shape":"0","data_offsets":[0,0]}}"#,
            #"{"a":{"dtype":"F32","shape":[0.5],"data_offsets":[0,0]}}"#,
            #"{"a":{"dtype":"F32","shape":[1e30],"data_offsets":[0,0]}}"#,
            #"{"a":{"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,0]}}"#,
            #"{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,1e30]}}"#,
            #"{"__metadata__":{"a":1}}"#, #"{"__metadata__":[]}"#,
        ])
    func notTheJSON(_ header: String) throws {
        try expectFault(file(header), naming: ["header", "JSON"])
    }

    @Test("are refused when the header is not text")
    func notText() throws {
        var bytes = file(#"{"a":{}}"#)
        bytes[9] = 0xFF
        try expectFault(bytes, naming: ["header", "JSON"])
    }

    @Test("are refused when the header is nested without end")
    func nested() throws {
        let depth = 100_000
        try expectFault(
            file(String(repeating: "[", count: depth) + String(repeating: "]", count: depth)),
            naming: ["header", "JSON"])
        try expectFault(
            file(String(repeating: #"{"a":"#, count: depth) + "1"), naming: ["header", "JSON"])
    }

    @Test("are refused when an entry is metadata under another name, or a tensor under its name")
    func misplaced() throws {
        try expectFault(file(#"{"a":{"key":"value"}}"#), naming: ["'a'", "header"])
        try expectFault(
            file(
                #"{"__metadata__":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#, body: 2),
            naming: ["'__metadata__'", "header"])
    }

    @Test("are refused for a type that is not read here, naming it", arguments: ["F4", "f32"])
    func unknownType(_ code: String) throws {
        try expectFault(
            file(#"{"a":{"dtype":"\#(code)","shape":[2],"data_offsets":[0,2]}}"#, body: 2),
            naming: ["'a'", code])
    }

    @Test(
        "are refused when offsets lie, naming the tensor",
        arguments: [
            "[0,9]", "[-1,3]", "[4,0]", "[0]", "[]", "[0,4,8]", "[8,12]", "[-8,-4]",
            "[0,9223372036854775807]", "[-9223372036854775808,9223372036854775807]",
        ])
    func lyingOffsets(_ offsets: String) throws {
        try expectFault(
            file(#"{"a":{"dtype":"U8","shape":[8],"data_offsets":\#(offsets)}}"#, body: 8),
            naming: ["'a'", "of 8", "truncated"])
    }

    @Test(
        "are refused when a shape does not fit its bytes, overflows or is negative",
        arguments: [
            "[3]", "[]", "[-8]", "[-2,-4]", "[4611686018427387904,4]", "[9223372036854775807]",
            "[4294967296,4294967296]", "[0]", "[4611686018427387904,4,0]",
            "[4611686018427387904,2,1]",
        ])
    func wrongShape(_ shape: String) throws {
        try expectFault(
            file(#"{"a":{"dtype":"F32","shape":\#(shape),"data_offsets":[0,8]}}"#, body: 8),
            naming: ["'a'", "8 bytes"])
    }

    @Test("are refused when an empty tensor has an absurd shape")
    func absurdlyEmpty() throws {
        try expectFault(
            file(
                #"{"a":{"dtype":"F32","shape":[0,4611686018427387904,4],"data_offsets":[0,0]}}"#),
            naming: ["'a'"])
    }

    @Test("are refused when tensors overlap or leave a gap, naming one of them")
    func overlap() throws {
        func two(_ first: String, _ second: String) -> Data {
            file(
                #"{"a":{"dtype":"U8","shape":[4],"data_offsets":\#(first)},"#
                    + #""b":{"dtype":"U8","shape":[4],"data_offsets":\#(second)}}"#, body: 9)
        }
        try expectFault(two("[0,4]", "[3,7]"), naming: ["'b'", "overlap"])
        try expectFault(two("[0,4]", "[0,4]"), naming: ["overlap"])
        try expectFault(two("[0,4]", "[5,9]"), naming: ["'b'", "gap"])
        try expectFault(two("[5,9]", "[1,5]"), naming: ["'b'", "gap"])
    }

    @Test("are refused when a boolean is neither 0 nor 1, which Swift cannot hold")
    func notABoolean() throws {
        var bytes = file(#"{"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}"#, body: 2)
        #expect(try Safetensors.read(bytes, path: "").tensors["a"]?.bools() == [false, false])
        bytes[bytes.count - 1] = 2
        try expectFault(bytes, naming: ["'a'", "2"])
    }
}
