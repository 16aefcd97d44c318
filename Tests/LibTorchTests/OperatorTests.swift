import LibTorch
import Testing

@Suite("Operators by name")
struct OperatorTests {
    @Test("are found with and without an overload, and show their schema")
    func found() throws {
        let add = Operator("aten::add.Tensor")
        #expect(add.exists)
        #expect(try #require(add.schema).hasPrefix("aten::add.Tensor(Tensor self, Tensor other"))
        #expect(Operator("aten::relu").exists)
    }

    @Test(
        "that libtorch does not have say so when they are called",
        arguments: [
            "aten::no_such_operator", "aten::add.NoSuchOverload", "relu", "", ".", "::",
            "aten::", "aten::.Tensor", "nonsense::relu",
        ])
    func unknown(_ name: String) throws {
        let missing = Operator(name)
        #expect(!missing.exists)
        #expect(missing.schema == nil)
        let error = #expect(throws: TorchError.unknownOperator(name: name)) {
            try missing.call([])
        }
        #expect("\(try #require(error))".contains("'\(name)'"))
    }

    // MARK: Arguments

    @Test("take arguments by position and by name, and the schema's defaults")
    func arguments() throws {
        let one = try Tensor([1.0, 2])
        let add = Operator("aten::add.Tensor")
        #expect(try add(.tensor(one), .tensor(one)).doubles() == [2, 4])
        #expect(try add(.tensor(one), .tensor(one), named: ["alpha": 3]).doubles() == [4, 8])
        #expect(
            try add(named: ["other": .tensor(one), "self": .tensor(one)]).doubles() == [2, 4])
    }

    @Test("take every kind of argument")
    func kinds() throws {
        let vector = try Tensor([-1.5, 2.5])
        // A whole number where the schema says float, and an optional one left out.
        #expect(try Operator("aten::softplus")(.tensor(vector), 1, 20).count == 2)
        #expect(
            try Operator("aten::nan_to_num")(.tensor(Tensor([Double.nan])), 4).doubles() == [4])
        #expect(
            try Operator("aten::clamp")(.tensor(vector), .none, 1).doubles() == [-1.5, 1])
        #expect(
            try Operator("aten::div.Tensor_mode")(
                .tensor(vector), .tensor(Tensor([1.0])), named: ["rounding_mode": .string("floor")]
            ).doubles() == [-2, 2])
        #expect(
            try Operator("aten::full")(
                .ints([2]), true, named: ["dtype": .dtype(.int8), "device": .device(.cpu)]
            ).scalars(as: Int8.self) == [1, 1])
        #expect(
            try Operator("aten::index.Tensor")(
                .tensor(Tensor([1.0, 2, 3, 4], shape: [2, 2])),
                .optionalTensors([nil, Tensor([1])])
            ).doubles() == [2, 4])
        #expect(
            try Operator("aten::upsample_nearest2d.vec")(
                .tensor(.ones([1, 1, 2, 2])), .none, .doubles([2, 3])
            ).shape == [1, 1, 4, 6])
        #expect(
            try Operator("aten::uniform")(
                .tensor(vector), 0.0, 1.0, named: ["generator": .generator(Generator(seed: 3))]
            ).doubles() != vector.doubles())
    }

    @Test("take a number where a tensor is wanted, which widens no more than Python's does")
    func numbers() throws {
        let add = Operator("aten::add.Tensor")
        let whole = try Tensor([1, 2] as [Int32])
        let sum = try add(.tensor(whole), 0.5)
        #expect(sum.dtype == .float32)
        #expect(try sum.doubles() == [1.5, 2.5])
        #expect(try add(.tensor(whole), 2).dtype == .int32)
        #expect(try add(.tensor(Tensor([1 as Float])), 0.5).dtype == .float32)
    }

    @Test("refuse arguments that the schema does not have, lacks or wants otherwise")
    func badArguments() throws {
        let one = try Operator.Argument.tensor(Tensor([1.0]))
        let attempts: [(what: String, words: [String], call: () throws -> [Tensor])] = [
            ("lacking", ["aten::add", "other"], { try Operator("aten::add.Tensor").call([one]) }),
            ("too many", ["aten::relu", "1"], { try Operator("aten::relu").call([one, one]) }),
            (
                "a wrong name", ["aten::relu", "'inplace'"],
                { try Operator("aten::relu").call([one], named: ["inplace": true]) }
            ),
            ("a wrong kind", ["aten::relu"], { try Operator("aten::relu").call([.string("1")]) }),
            (
                "a list where a number goes", ["aten::unsqueeze"],
                { try Operator("aten::unsqueeze").call([one, .ints([1])]) }
            ),
            (
                "a fraction where a whole number goes", ["aten::unsqueeze"],
                { try Operator("aten::unsqueeze").call([one, 0.5]) }
            ),
            (
                "nothing where a tensor goes", ["aten::matmul"],
                { try Operator("aten::matmul").call([one, .none]) }
            ),
            (
                "a device that is none", ["aten::conv2d"],
                { try Operator("aten::conv2d").call([one, one, .string("x")]) }
            ),
        ]
        for attempt in attempts {
            let error = #expect(throws: TorchError.self, "\(attempt.what)") {
                _ = try attempt.call()
            }
            guard case .operatorFailed(let name, let reason)? = error else { continue }
            for word in attempt.words {
                #expect("\(name): \(reason)".contains(word), "\(attempt.what)")
            }
        }
    }

    // MARK: Results

    @Test("spread a list of results out, and give a number as a tensor without dimensions")
    func results() throws {
        let matrix = try Tensor([1.0, 2, 3, 4], shape: [2, 2])
        let rows = try Operator("aten::unbind.int").call([.tensor(matrix)])
        #expect(try rows.map { try $0.doubles() } == [[1, 2], [3, 4]])
        let equal = try Operator("aten::equal")(.tensor(matrix), .tensor(matrix))
        #expect(equal.shape == [] && equal.dtype == .bool)
        #expect(try equal.allTrue())
        #expect(try Operator("aten::item")(.tensor(Tensor([2.5]))).item() == 2.5)
        #expect(try Operator("aten::sort").call([.tensor(matrix)]).count == 2)
    }

    @Test("that return several results are no function of one")
    func severalResults() throws {
        let error = #expect(throws: TorchError.self) {
            try Operator("aten::sort")(.tensor(Tensor([1.0])))
        }
        #expect("\(try #require(error))".contains("2 came back"))
    }

    @Test("refuse to return more tensors than there is room for")
    func tooManyResults() throws {
        let unbind = Operator("aten::unbind.int")
        #expect(try unbind.call([.tensor(.zeros([64]))]).count == 64)
        let error = #expect(throws: TorchError.self) {
            try unbind.call([.tensor(.zeros([65]))])
        }
        let sentence = "\(try #require(error))"
        #expect(sentence.contains("65") && sentence.contains("64"))
    }

    @Test("may leave a result out: it has no elements and no place, and can be described")
    func undefinedResult() throws {
        let image = try Tensor.ones([1, 1, 2, 2])
        let results = try Operator("aten::convolution_backward").call([
            .tensor(image), .tensor(image), .tensor(.ones([1, 1, 1, 1])), .none, .ints([1, 1]),
            .ints([0, 0]), .ints([1, 1]), false, .ints([0, 0]), 1, .bools([true, false, false]),
        ])
        #expect(results.count == 3)
        #expect(results[0].shape == [1, 1, 2, 2])
        #expect(results[1].count == 0 && results[1].dtype == nil)
        #expect(results[1].description.contains("other"))
        #expect(throws: TorchError.self) { try results[1].floats() }
    }
}
