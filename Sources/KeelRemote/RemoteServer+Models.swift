internal import Foundation

/// A model in a server's list.
struct ListedModel: Decodable, Sendable {
    var id: String
    var ownedBy: String?
}

extension RemoteServer {
    private struct List: Decodable {
        var data: [ListedModel]
    }

    /// The model in the server's list that is meant, or the only one there is.
    /// - Returns: Nil where the server has no list, or none that names the model.
    /// - Throws: `RemoteError` where a name is needed and the list does not settle it.
    func listedModel() async throws -> ListedModel? {
        let models: [ListedModel]
        do {
            models = try await call("/models", body: nil) { data throws(WireError) in
                try WireError.decode(List.self, from: data).data
            }
        } catch let error as RemoteError {
            if address.model == nil || error.isLasting, !error.isMissingPage { throw error }
            return nil
        }
        if let name = address.model {
            // A server may know other names too; what runs it is the same for all its models.
            return models.first { $0.id == name }
                ?? models.first.map { ListedModel(id: name, ownedBy: $0.ownedBy) }
        }
        guard models.count != 1 else { return models[0] }
        let names = models.prefix(20).map(\.id).joined(separator: ", ")
        throw RemoteError(
            address.description,
            .unusable(
                "The server has \(models.count) models; name one after a #: \(names)"
                    + (models.count > 20 ? " …" : "") + "."))
    }
}

extension RemoteError {
    var isMissingPage: Bool {
        if case .refused(404, _) = reason { return true }
        return false
    }
}
