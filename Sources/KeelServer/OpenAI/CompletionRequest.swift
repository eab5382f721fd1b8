internal import Foundation
internal import KeelLanguage

/// The body of a request to `/v1/completions`: text to be continued as it stands.
struct CompletionRequest: Decodable {
    var model: String
    var prompt: SamplingFields.TextOrTexts
    var stream: Bool?
    var streamOptions: ChatCompletionRequest.StreamOptions?
    var logprobs: JSON.Number<Int>?
    var echo: Bool?
    var suffix: String?
    var bestOf: JSON.Number<Int>?

    enum CodingKeys: String, CodingKey {
        case model, prompt, stream, logprobs, echo, suffix
        case streamOptions = "stream_options"
        case bestOf = "best_of"
    }

    /// The text to be continued.
    /// - Throws: `APIError`.
    var text: String {
        get throws(APIError) {
            guard !(echo ?? false) else {
                throw .unsupported("echo", "echo is not offered here; leave it out.")
            }
            guard suffix ?? "" == "" else {
                throw .unsupported("suffix", "suffix is not offered here; leave it out.")
            }
            guard bestOf?.value ?? 1 == 1 else {
                throw .unsupported("best_of", "best_of is not offered here; leave it out.")
            }
            let all = prompt.all
            guard all.count == 1, let text = all.first, !text.isEmpty else {
                throw .invalid(
                    "prompt takes one text that is not empty; send several requests for several.",
                    param: "prompt")
            }
            return text
        }
    }

    /// - Throws: `APIError`.
    var candidates: Int? {
        get throws(APIError) {
            try logprobs.map { (count) throws(APIError) in
                try SamplingFields.check(count.value, 0...5, "logprobs")
            }
        }
    }
}
