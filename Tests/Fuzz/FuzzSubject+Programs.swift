import CZlib
import Foundation
import LibTorch

extension FuzzSubject {
    /// Exported programs, damaged as files: the zip's directory and headers.
    static func program() -> FuzzSubject {
        FuzzSubject(
            name: "program",
            mutator: Mutator(
                seeds: [StoredZip.file(members(model: model))],
                words: [
                    "PK\u{3}\u{4}", "PK\u{1}\u{2}", "PK\u{5}\u{6}", "PK\u{6}\u{6}", "model.json",
                ]
            )
        ) { bytes in
            _ = try Replay(ProgramFile(Data(bytes), path: "fuzz").program)
        }
    }

    /// Exported programs whose zip is sound and whose text is not. What is still a program is run.
    static func programText() throws -> FuzzSubject {
        let input = try Tensor.full([2, 3], 0.5)
        return FuzzSubject(
            name: "program-text",
            mutator: Mutator(seeds: [Array(model.utf8), Array(weights.utf8)], words: words)
        ) { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            let isWeights = text.hasPrefix("{\"config\"")
            let file = StoredZip.file(
                isWeights
                    ? members(model: model, weights: text) : members(model: text))
            let program = try ProgramFile(Data(file), path: "fuzz").program
            _ = try Replay(program)([input])
        }
    }

    private static let words = [
        "as_int", "as_ints", "as_tensor", "as_tensors", "as_none", "as_sym_int", "as_graph", "null",
        "torch.ops.aten.relu.default", "torch.ops.aten.add_.Tensor", "_operator.mul",
        "torch.ops.aten.sym_size.int", "user_output", "buffer_mutation", "[[[[", "{\"as_int\":-1}",
    ]

    private static func members(
        model: String, weights: String = weights
    ) -> [(name: String, bytes: [UInt8])] {
        [
            ("net/models/model.json", Array(model.utf8)),
            ("net/data/weights/model_weights_config.json", Array(weights.utf8)),
            ("net/data/weights/weight_0", (0..<48).map { UInt8($0 % 4 == 3 ? 62 : 0) }),
            ("net/byteorder", Array("little".utf8)),
        ]
    }

    /// x ↦ relu(x · weightᵀ) reshaped by sizes that the program works out.
    private static let model = """
        {"graph_module":{"graph":{"inputs":[{"as_tensor":{"name":"p_w"}},{"as_tensor":{"name":"x"}}],\
        "outputs":[{"as_tensor":{"name":"view"}}],"nodes":[\
        {"target":"torch.ops.aten.linear.default","inputs":[{"name":"input","arg":{"as_tensor":{"name":"x"}},"kind":1},{"name":"weight","arg":{"as_tensor":{"name":"p_w"}},"kind":1}],"outputs":[{"as_tensor":{"name":"linear"}}],"metadata":{"stack_trace":"File \\"a.py\\", line 3, in forward"}},\
        {"target":"torch.ops.aten.relu.default","inputs":[{"name":"self","arg":{"as_tensor":{"name":"linear"}},"kind":1}],"outputs":[{"as_tensor":{"name":"relu"}}],"metadata":{}},\
        {"target":"torch.ops.aten.sym_size.int","inputs":[{"name":"self","arg":{"as_tensor":{"name":"x"}},"kind":1},{"name":"dim","arg":{"as_int":0},"kind":1}],"outputs":[{"as_sym_int":{"as_name":"n"}}],"metadata":{}},\
        {"target":"_operator.mul","inputs":[{"name":"a","arg":{"as_sym_int":{"as_name":"n"}},"kind":1},{"name":"b","arg":{"as_int":2},"kind":1}],"outputs":[{"as_sym_int":{"as_name":"m"}}],"metadata":{}},\
        {"target":"torch.ops.aten.view.default","inputs":[{"name":"self","arg":{"as_tensor":{"name":"relu"}},"kind":1},{"name":"size","arg":{"as_sym_ints":[{"as_name":"m"},{"as_int":2}]},"kind":1}],"outputs":[{"as_tensor":{"name":"view"}}],"metadata":{}}],\
        "tensor_values":{"x":{"dtype":7,"sizes":[{"as_expr":{"expr_str":"Symbol('s0', positive=True, integer=True)","hint":{"as_int":2}}},{"as_int":3}],"strides":[{"as_int":3},{"as_int":1}],"storage_offset":{"as_int":0},"layout":7}}},\
        "signature":{"input_specs":[{"parameter":{"arg":{"name":"p_w"},"parameter_name":"w"}},{"user_input":{"arg":{"as_tensor":{"name":"x"}}}}],"output_specs":[{"user_output":{"arg":{"as_tensor":{"name":"view"}}}}]},\
        "module_call_graph":[{"fqn":"","signature":{"in_spec":"","out_spec":"[1, {\\"type\\": null, \\"context\\": null, \\"children_spec\\": []}]"}}]},\
        "range_constraints":{"s0":{"min_val":1,"max_val":1024}},"schema_version":{"major":8,"minor":20},"torch_version":"2.13.0"}
        """

    private static let weights = """
        {"config":{"w":{"path_name":"weight_0","is_param":true,"use_pickle":false,"tensor_meta":\
        {"dtype":7,"sizes":[{"as_int":4},{"as_int":3}],"strides":[{"as_int":3},{"as_int":1}],\
        "storage_offset":{"as_int":0},"layout":7}}}}
        """
}

/// The plainest zip file: stored members, one directory.
private enum StoredZip {
    static func file(_ members: [(name: String, bytes: [UInt8])]) -> [UInt8] {
        var file: [UInt8] = []
        var directory: [UInt8] = []
        for (name, bytes) in members {
            let sum = UInt32(truncatingIfNeeded: crc32(0, bytes, UInt32(bytes.count)))
            let size = UInt32(bytes.count)
            let common =
                little(UInt16(20)) + little(UInt16(0)) + little(UInt16(0)) + little(UInt32(0))
                + little(sum) + little(size) + little(size) + little(UInt16(name.utf8.count))
                + little(UInt16(0))
            directory +=
                [0x50, 0x4B, 1, 2, 20, 0] + common + little(UInt16(0)) + little(UInt16(0))
                + little(UInt16(0)) + little(UInt32(0)) + little(UInt32(file.count)) + name.utf8
            file += [0x50, 0x4B, 3, 4] + common + name.utf8 + bytes
        }
        let start = file.count
        let count = little(UInt16(members.count))
        return file + directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + count + count
            + little(UInt32(directory.count)) + little(UInt32(start)) + little(UInt16(0))
    }

    private static func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
}
