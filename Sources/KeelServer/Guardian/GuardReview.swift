internal import KeelGuardian
internal import Synchronization

/// The review of one answer, held to what a review may do.
///
/// What it returns must be what the model wrote, in its order, with things left out and known phrases put
/// in; anything else is an error, and nothing of it is shown.
struct GuardReview {
    private final class Box: Sendable {
        private let review: Mutex<any Reviewing>

        init(_ review: any Reviewing) { self.review = Mutex(review) }

        func feed(_ text: String) throws -> String {
            try review.withLock { try $0.feed(text) }
        }

        func finish() throws -> String { try review.withLock { try $0.finish() } }
    }

    private let box: Box
    private let runner: GuardRunner
    private let substitute: [Unicode.Scalar]
    /// What the model has written, from the first scalar that may still be shown.
    private var written: [Unicode.Scalar] = []
    private var place = 0

    init(_ review: any Reviewing, in language: Wording.Language, _ runner: GuardRunner) {
        box = Box(review)
        self.runner = runner
        substitute = Array(NumberFilter.substitute(in: language).unicodeScalars)
    }

    /// Takes more of the answer.
    /// - Throws: `GuardFailure`, or what the review throws.
    mutating func feed(_ text: String) async throws -> String {
        written += Array(text.unicodeScalars)
        let shown = try await runner.run { [box] in try box.feed(text) }
        return try checked(shown)
    }

    /// Ends the answer.
    /// - Throws: As `feed`.
    mutating func finish() async throws -> String {
        let shown = try await runner.run { [box] in try box.finish() }
        return try checked(shown)
    }

    private mutating func checked(_ shown: String) throws(GuardFailure) -> String {
        let scalars = Array(shown.unicodeScalars)
        var next = 0
        while next < scalars.count {
            if scalars[next...].starts(with: substitute) {
                next += substitute.count
                continue
            }
            while place < written.count, written[place] != scalars[next] { place += 1 }
            guard place < written.count else {
                throw .rubbish("it shows what the model did not write")
            }
            place += 1
            next += 1
        }
        return shown
    }
}
