// /work/main/Sources/LibTorch/Documentation.docc/LibTorch.md
import LibTorch
func snippet16() throws {

    let x = try Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])
    let (value, gradient) = try Gradient.valueAndGradient(at: x) { try $0.square().sum() }
    print(try value.item())       // 30.0
    print(try gradient.floats())  // [2.0, 4.0, 6.0, 8.0]
}
