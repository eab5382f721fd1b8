import KeelTensor
import Testing

@Suite struct TensorTests {
    @Test func `elements come out as they went in`() throws {
        let tensor = try Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
        #expect(tensor.shape == [2, 3])
        #expect(try tensor.array(Float.self) == [1, 2, 3, 4, 5, 6])
        #expect(try tensor.transposed().array(Float.self) == [1, 4, 2, 5, 3, 6])
        #expect(try tensor.elementType() == .float32)
        #expect(tensor.device == .cpu)
    }

    @Test(arguments: ElementType.allCases) func `small whole numbers survive every type`(
        _ type: ElementType
    ) throws {
        let values: [Double] = [0, 1, 1, 0]
        let there = try Tensor(values).to(type)
        #expect(try there.elementType() == type)
        #expect(try there.to(.float64).array(Double.self) == values)
    }

    @Test func `elements of another type are refused, not reinterpreted`() throws {
        let error = #expect(throws: TensorError.self) {
            try Tensor([1, 2] as [Float]).array(Int.self)
        }
        #expect(error?.description == "array of int64 of [2]: the elements are float32")
    }

    @Test func `a shape that does not hold the elements is refused`() throws {
        let error = #expect(throws: TensorError.self) {
            try Tensor([1, 2, 3] as [Float], shape: [2, 2])
        }
        #expect(error?.description.contains("16 bytes") == true)
        #expect(throws: TensorError.self) { try Tensor([1] as [Float], shape: [-1]) }
    }

    @Test func `shapes that do not fit are both named`() throws {
        let a = try Tensor.zeros([2, 3])
        let b = try Tensor.zeros([4, 5])
        for error in [
            #expect(throws: TensorError.self) { try a.matmul(b) },
            #expect(throws: TensorError.self) { try a + b },
            #expect(throws: TensorError.self) { try a.linear(b) },
        ] {
            #expect(error?.shapes == [[2, 3], [4, 5]])
            #expect(error?.description.contains("[2, 3] and [4, 5]") == true)
        }
    }

    @Test func `an error of the engine is thrown, and the engine goes on`() throws {
        #expect(throws: TensorError.self) { try Tensor.zeros([2]).narrowed(0, 1..<9) }
        #expect(throws: TensorError.self) { try Tensor.zeros([1 << 40, 1 << 20]) }
        #expect(throws: TensorError.self) { try Tensor.zeros([2, 2]).item() }
        #expect(try Tensor([2.5]).item() == 2.5)
    }

    @Test func `memory is borrowed without a copy and its owner outlives the tensor`() throws {
        final class Owner {
            nonisolated(unsafe) static var freed = 0
            let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: 3)
            deinit {
                memory.deallocate()
                Owner.freed += 1
            }
        }
        do {
            var owner: Owner? = Owner()
            let memory = owner?.memory
            memory?.update(repeating: 7)
            let tensor = try Tensor(
                memory: UnsafeRawBufferPointer(try #require(memory)), shape: [3], type: .float32,
                owner: try #require(owner))
            owner = nil
            #expect(Owner.freed == 0)
            #expect(try tensor.array(Float.self) == [7, 7, 7])
        }
        #expect(Owner.freed == 1)
    }

    @Test func `reductions agree with arithmetic`() throws {
        let tensor = try Tensor([3, 1, 2, 6, 5, 4] as [Double], shape: [2, 3])
        #expect(try tensor.sum().item() == 21)
        #expect(try tensor.mean(1).array(Double.self) == [2, 5])
        #expect(try tensor.max(0).array(Double.self) == [6, 5, 4])
        #expect(try tensor.argmax(-1).array(Int.self) == [0, 0])
        #expect(try tensor.variance(1).array(Double.self) == [1, 1])
        #expect(try tensor.cumulativeSum(1).array(Double.self) == [3, 4, 6, 6, 11, 15])
        #expect(try tensor.top(2).indices.array(Int.self) == [0, 2, 0, 1])
        #expect(try tensor.sorted().values.array(Double.self) == [1, 2, 3, 4, 5, 6])
        #expect(try tensor.sum(1, keeping: true).shape == [2, 1])
    }

    @Test func `indexing reads and writes where the indices say`() throws {
        let table = try Tensor([10, 11, 20, 21, 30, 31] as [Float], shape: [3, 2])
        let indices = try Tensor([2, 0])
        #expect(try table.indexed(0, by: indices).array(Float.self) == [30, 31, 10, 11])
        #expect(try table.embedding(indices).array(Float.self) == [30, 31, 10, 11])
        #expect(
            try table.gathered(1, by: Tensor([1, 0, 1], shape: [3, 1])).array(Float.self) == [
                11, 20, 31,
            ])
        let row = try Tensor.zeros([3])
        try row.scatter(0, at: indices, Tensor([5, 7] as [Float]))
        #expect(try row.array(Float.self) == [7, 0, 5])
        #expect(throws: TensorError.self) { try table.indexed(0, by: Tensor([3])) }
    }
}
