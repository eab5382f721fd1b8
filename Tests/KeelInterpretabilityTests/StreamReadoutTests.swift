import Foundation
import KeelInterpretability
import KeelTensor
import Testing

/// What monitors read off the stream.
@Suite struct StreamReadoutTests {
    @Test(arguments: SAELensTests.folders)
    func `latents read alone are those of the whole autoencoder`(_ name: String) throws {
        let (sae, _) = try SparseAutoencoder.read(Golden.path("saelens/\(name)"))
        let x = try Tensor.normal([7, sae.width], generator: RandomGenerator(seed: 8))
        let all = try sae.encode(x).floats()
        for latents in [[0], [1, sae.latents - 1], Array(0..<sae.latents)] {
            let found = try StreamReadout.latents(latents, of: sae)(x).item()
            var sum = 0.0
            for row in 0..<7 {
                for latent in latents { sum += Double(all[row * sae.latents + latent]) }
            }
            #expect(abs(found - sum / Double(7 * latents.count)) < 1e-5)
        }
    }

    @Test func `a stream that is the direction has a share of one`() throws {
        let vector: [Float] = [3, 0, -4]
        let x = try Tensor([3, 0, -4, 6, 0, -8] as [Float], shape: [2, 3])
        let share = try StreamReadout.along(vector)(x).item()
        #expect(abs(share - 1.5) < 1e-6)
    }

    @Test func `directions and latents that are none are refused`() throws {
        let (sae, _) = try SparseAutoencoder.read(Golden.path("saelens/standard"))
        for latents in [[], [-1], [sae.latents]] {
            #expect(throws: InterpretabilityError.self) {
                _ = try StreamReadout.latents(latents, of: sae)
            }
        }
        for vector: [Float] in [[], [0, 0], [1, .nan]] {
            #expect(throws: InterpretabilityError.self) { _ = try StreamReadout.along(vector) }
        }
    }
}
