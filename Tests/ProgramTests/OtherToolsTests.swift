import Foundation
import TestSupport
import Testing

/// What Keel writes, in the programs that it is written for: `make bench` installs them.
@Suite struct OtherToolsTests {
    /// Adapters in PEFT, merged folders in transformers, GGUF in llama.cpp, autoencoders in SAELens,
    /// control vectors in llama.cpp: Scripts/goldens/exports.py.
    @Test(.enabled(if: Installed.peers != nil, "the peers of make bench are not here"))
    func `PEFT, transformers, llama.cpp and SAELens read what Keel writes, and compute the same`()
        async throws
    {
        let program = try Program.executable.get().path
        let outcome = try await #require(Installed.peers).run(
            [Installed.inRepository("Scripts/goldens/exports.py"), program])
        #expect(outcome.status == 0, "\(outcome.said.suffix(2000))")
        #expect(outcome.said.contains("in SAELens"))
        #expect(outcome.said.contains("control vector, in llama.cpp"))
    }
}
