/// The values given to a call.
struct TemplateArguments {
    var positional: [RuntimeValue] = []
    var named: [String: RuntimeValue] = [:]

    /// The values by parameter, nil where none is given.
    func bound(
        to parameters: [String], required: Int = 0, of callee: String
    ) throws(TemplateFault) -> [RuntimeValue?] {
        guard positional.count <= parameters.count else {
            throw TemplateFault(
                .value,
                "\(callee) takes \(parameters.count) arguments, but \(positional.count) are given")
        }
        var values: [RuntimeValue?] = positional
        for parameter in parameters.dropFirst(values.count) { values.append(named[parameter]) }
        let fromNames = values.dropFirst(positional.count).count { $0 != nil }
        guard fromNames == named.count else {
            let unknown = named.keys.filter { !parameters.dropFirst(positional.count).contains($0) }
            throw TemplateFault(
                .value,
                "\(callee) takes no other argument \(unknown.sorted().joined(separator: ", "))")
        }
        for (parameter, value) in zip(parameters, values).prefix(required) where value == nil {
            throw TemplateFault(.value, "\(callee) needs an argument \(parameter)")
        }
        return values
    }
}
