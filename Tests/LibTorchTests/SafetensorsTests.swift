import Foundation
import LibTorch
import TestSupport
import Testing

@Suite("safetensors files")
struct SafetensorsTests {
    /// The tensors of the golden files, in Swift's own words.
    private func everyType() throws -> [NamedTensor] {
        let half: [Float] = [1.5, -0.25, 65504, -.infinity]
        let brain: [Float] = [1.5, -0.25, 3e38, .infinity]
        return [
            ("bool", try Tensor([true, false, true], shape: [1, 3])),
            ("uint8", try Tensor([UInt8(0), 1, 254, 255])),
            ("int8", try Tensor([Int8(-128), -1, 0, 127])),
            ("int16", try Tensor([Int16.min, .max], shape: [2, 1])),
            ("uint16", try Tensor([UInt16(0), 1, 65535], shape: [3, 1])),
            ("uint32", try Tensor([UInt32(0), .max])),
            ("uint64", try Tensor([UInt64(7), .max])),
            ("float8_e4m3", try Tensor([1.5, -448, 0.0625] as [Float]).to(.float8E4M3)),
            ("float8_e5m2", try Tensor([1.5, -57344, .infinity] as [Float]).to(.float8E5M2)),
            ("float8_e8m0", try Tensor([1, 2, 0.5] as [Float]).to(.float8E8M0)),
            (
                "complex64",
                try Operator("aten::complex")(
                    .tensor(Tensor([1, -2] as [Float])), .tensor(Tensor([0.5, 3] as [Float])))
            ),
            ("int32", try Tensor([Int32.min, .max, 7])),
            ("int64", try Tensor([Int64.min, .max, 7])),
            ("float16", try Tensor(half).to(.float16)),
            ("bfloat16", try Tensor(brain).to(.bfloat16)),
            (
                "float32",
                try Tensor([0.1, -3e38, .leastNonzeroMagnitude, 7] as [Float], shape: [2, 2])
            ),
            ("float64", try Tensor([0.1, 1e300, -.leastNonzeroMagnitude])),
            ("number", try Tensor([42 as Float], shape: [])),
            ("häufig/é 字", try Tensor([UInt8(1), 2])),
        ]
    }

    private func expectEveryType(_ found: [String: Tensor]) throws {
        for (name, expected) in try everyType() {
            let tensor = try #require(found[name], "\(name)")
            #expect(tensor.dtype == expected.dtype, "\(name)")
            #expect(tensor.shape == expected.shape, "\(name)")
            #expect(try tensor.bytes() == expected.bytes(), "\(name)")
        }
    }

    @Test("come back as they were written, of every type")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        let url = folder.url.appendingPathComponent("weights.safetensors")
        let tensors = try everyType()
        #expect(
            Set(tensors.compactMap(\.value.dtype)) == Set(DType.allCases).subtracting([.complex128])
        )
        try Safetensors.write(tensors, metadata: ["a": "b", "ü": "\"\n"], to: url)
        let contents = try Safetensors.read(url)
        #expect(contents.metadata == ["a": "b", "ü": "\"\n"])
        #expect(contents.tensors.count == tensors.count)
        try expectEveryType(contents.tensors)
        #expect(try folder.contents == ["weights.safetensors"])
    }

    @Test("come back when they hold nothing, or empty tensors")
    func empty() throws {
        let nothing = try Safetensors.read(Safetensors.data(of: []), path: "nothing")
        #expect(nothing.tensors.isEmpty && nothing.metadata.isEmpty)
        let tensors: [NamedTensor] = [
            ("a", try Tensor([1.0])), ("b", try Tensor([Float](), shape: [2, 0])),
            ("c", try Tensor([2.0])), ("d", try Tensor([Float]())),
        ]
        let found = try Safetensors.read(Safetensors.data(of: tensors), path: "").tensors
        #expect(found["b"]?.shape == [2, 0] && found["d"]?.shape == [0])
        #expect(try #require(found["c"]).doubles() == [2])
    }

    @Test("hold a tensor's elements row-major, whatever its storage")
    func storage() throws {
        let image = try Tensor((0..<24).map(Float.init), shape: [1, 2, 3, 4])
        #expect(
            try Safetensors.data(of: [("x", image.channelsLast())])
                == Safetensors.data(of: [("x", image)]))
    }

    @Test("written by Python's package are read")
    func fromPython() throws {
        let contents = try Safetensors.read(Golden.url("written-by-python"))
        #expect(contents.metadata == ["made by": "safetensors \"0\" ü"])
        try expectEveryType(contents.tensors)
        // It shares its offset with the tensor after it, whose name comes first.
        let empty = try #require(contents.tensors["zz empty"])
        #expect(empty.shape == [0, 3] && empty.dtype == .float64)
        #expect(contents.tensors.count == (try everyType()).count + 1)
    }

    /// The golden file was read by Python's package when it was made.
    @Test("are byte by byte what Python's package was seen to read, in whatever order they came")
    func toPython() throws {
        let golden = try Data(contentsOf: Golden.url("written-by-swift"))
        let metadata = ["format": "pt", "url": "a/b"]
        #expect(try Safetensors.data(of: everyType(), metadata: metadata) == golden)
        #expect(try Safetensors.data(of: everyType().reversed(), metadata: metadata) == golden)
        try expectEveryType(Safetensors.read(golden, path: "golden").tensors)
    }

    @Test("tell names, shapes and types from the header, and give one tensor of many")
    func lazily() throws {
        let folder = try TemporaryFolder()
        let url = folder.url.appendingPathComponent("weights.safetensors")
        let tensors = try everyType()
        try Safetensors.write(tensors, metadata: ["a": "b"], to: url)
        let file = try SafetensorsFile(url)
        #expect(file.names == tensors.map(\.name).sorted())
        #expect(file.metadata == ["a": "b"])
        for (name, tensor) in tensors {
            #expect(file.shape(of: name) == tensor.shape)
            #expect(file.dtype(of: name) == tensor.dtype)
        }
        #expect(try file.tensor("int64").scalars(as: Int64.self) == [.min, .max, 7])
        #expect(file.shape(of: "no") == nil && file.dtype(of: "no") == nil)
        #expect(throws: TorchError.badFile(path: url.path, reason: "the tensor 'no' is missing.")) {
            try file.tensor("no")
        }
    }

    @Test("are joined along the first dimension, of every type")
    func joins() throws {
        let folder = try TemporaryFolder()
        let tensors = try everyType().filter { !$0.value.shape.isEmpty }
        let url = folder.url.appendingPathComponent("part.safetensors")
        let joined = folder.url.appendingPathComponent("joined.safetensors")
        try Safetensors.write(tensors, metadata: ["a": "b"], to: url)
        try Safetensors.join([url, url, url], to: joined)
        let file = try SafetensorsFile(joined)
        #expect(file.names == tensors.map(\.name).sorted())
        for (name, tensor) in tensors {
            let found = try file.tensor(name)
            #expect(found.dtype == tensor.dtype)
            #expect(found.shape == [3 * tensor.shape[0]] + tensor.shape.dropFirst())
            let bytes = try tensor.bytes()
            #expect(try found.bytes() == bytes + bytes + bytes)
        }
        try Safetensors.join([], to: joined)
        #expect(try SafetensorsFile(joined).names == [])
    }

    @Test("are not joined where one differs, and nothing is written")
    func joinsOnlyWhatFits() throws {
        let folder = try TemporaryFolder()
        let one = folder.url.appendingPathComponent("1")
        let two = folder.url.appendingPathComponent("2")
        let joined = folder.url.appendingPathComponent("joined")
        let row = try Tensor([1, 2] as [Float], shape: [1, 2])
        for (first, second) in [
            (row, try Tensor([1, 2] as [Float])), (row, try row.to(.float64)),
            (row, try Tensor([1] as [Float], shape: [1, 1])),
            (try Tensor([1 as Float], shape: []), try Tensor([1 as Float], shape: [])),
        ] {
            try Safetensors.write([("x", first)], to: one)
            try Safetensors.write([("x", second)], to: two)
            let error = #expect(throws: TorchError.self) {
                try Safetensors.join([one, two], to: joined)
            }
            #expect("\(try #require(error))".contains("'x'"))
        }
        try Safetensors.write([("y", row)], to: two)
        #expect(throws: TorchError.self) { try Safetensors.join([one, two], to: joined) }
        #expect(try folder.contents == ["1", "2"])
    }

    @Test("are read from the middle of other bytes")
    func slice() throws {
        let file = try Safetensors.data(of: everyType())
        let slice = (Data(repeating: 9, count: 13) + file).dropFirst(13)
        try expectEveryType(Safetensors.read(slice, path: "slice").tensors)
    }

    @Test("refuse two tensors of one name, and the name of the metadata")
    func badNames() throws {
        let tensor = try Tensor([1.0])
        for (tensors, name) in [
            ([("x", tensor), ("y", tensor), ("x", tensor)], "'x'"),
            ([("__metadata__", tensor)], "'__metadata__'"),
        ] as [([NamedTensor], String)] {
            let error = #expect(throws: TorchError.self) { try Safetensors.data(of: tensors) }
            #expect("\(try #require(error))".contains(name))
        }
    }

    @Test("refuse a type that the format does not have, and write nothing")
    func complex() throws {
        let folder = try TemporaryFolder()
        let complex = try Operator("aten::complex")(
            .tensor(Tensor([1.0])), .tensor(Tensor([2.0])))
        let error = #expect(throws: TorchError.self) {
            try Safetensors.write(
                [("x", complex)], to: folder.url.appendingPathComponent("x.safetensors"))
        }
        guard case .wrongElementType = error else {
            Issue.record("not the error that was expected: \(String(describing: error))")
            return
        }
        #expect(try folder.contents == [])
    }

    @Test("that are not there, or are folders, are named")
    func missing() throws {
        let folder = try TemporaryFolder()
        for url in [folder.url, folder.url.appendingPathComponent("nowhere.safetensors")] {
            #expect(
                throws: TorchError.badFile(path: url.path, reason: "the file cannot be read.")
            ) { try Safetensors.read(url) }
        }
    }
}
