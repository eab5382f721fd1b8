/// Names and their values in one part of a template.
final class TemplateScope {
    var values: [String: RuntimeValue] = [:]
    let parent: TemplateScope?

    init(parent: TemplateScope?) { self.parent = parent }

    subscript(_ name: String) -> RuntimeValue? {
        var scope: TemplateScope? = self
        while let current = scope {
            if let value = current.values[name] { return value }
            scope = current.parent
        }
        return nil
    }
}

/// Renders the statements of one template once.
///
/// Methods fail with `TemplateFault`; `offset` says where, so it is set before each thing that can
/// fail.
final class TemplateInterpreter {
    private enum Flow {
        case next, leaveLoop, nextIteration
    }

    let limits: TemplateLimits
    let clock: TemplateClock
    private(set) var output: [TemplateCharacter] = []
    private(set) var offset = 0
    private let root = TemplateScope(parent: nil)
    private(set) var scope: TemplateScope
    private var steps: Int
    private var depth = 0
    private var loopNesting = 0

    init(limits: TemplateLimits, clock: TemplateClock) {
        self.limits = limits
        self.clock = clock
        steps = limits.steps
        scope = root
        for function in TemplateFunction.allCases {
            root.values[function.rawValue] = .function(function)
        }
    }

    func define(_ name: String, _ value: RuntimeValue) { root.values[name] = value }

    func render(_ statements: [TemplateStatement]) throws(TemplateFault) {
        _ = try execute(statements)
    }

    // MARK: Limits

    /// Counts work: an evaluation, or elements and characters handled.
    func spend(_ count: Int = 1) throws(TemplateFault) {
        steps -= count
        guard steps >= 0 else {
            throw TemplateFault(
                .steps,
                "stopped after \(limits.steps) steps; raise the limit if it is meant to be long")
        }
    }

    func descend(to offset: Int) throws(TemplateFault) {
        self.offset = offset
        try spend()
        depth += 1
        guard depth <= limits.depth else {
            throw TemplateFault(.depth, "nested more than \(limits.depth) deep")
        }
    }

    func ascend(to offset: Int) {
        depth -= 1
        self.offset = offset
    }

    /// Pays for a text and checks its length.
    func text(_ text: TemplateText) throws(TemplateFault) -> RuntimeValue {
        try pay(length: text.count)
        return .text(text)
    }

    func pay(length: Int) throws(TemplateFault) {
        try check(length: length)
        try spend(length / 16)
    }

    func check(length: Int) throws(TemplateFault) {
        guard length <= limits.length else {
            throw TemplateFault(.length, "a text is longer than \(limits.length) characters")
        }
    }

    func list(_ elements: [RuntimeValue]) throws(TemplateFault) -> RuntimeValue {
        try spend(elements.count)
        return .list(try RuntimeList(elements, limit: limits.depth))
    }

    private func write(_ text: TemplateText) throws(TemplateFault) {
        try pay(length: text.count)
        try check(length: output.count + text.count)
        output += text.characters
    }

    // MARK: Statements

    private func execute(_ statements: [TemplateStatement]) throws(TemplateFault) -> Flow {
        try descend(to: offset)
        for statement in statements {
            let flow = try execute(statement)
            if flow != .next {
                ascend(to: offset)
                return flow
            }
        }
        ascend(to: offset)
        return .next
    }

    private func execute(_ statement: TemplateStatement) throws(TemplateFault) -> Flow {
        switch statement {
        case .text(let text): try write(text)
        case .output(let expression):
            let value = try evaluate(expression)
            offset = expression.offset
            try write(try string(of: value))
        case .conditional(let branches, let otherwise):
            for branch in branches where try evaluate(branch.condition).isTrue {
                return try execute(branch.body)
            }
            return try execute(otherwise)
        case .loop(let loop): try execute(loop)
        case .set(let target, let expression):
            let value = try evaluate(expression)
            offset = expression.offset
            try assign(value, to: target)
        case .setBlock(let target, let filters, let body):
            let text = RuntimeValue.text(try capture(body))
            try assign(try apply(filters, to: text), to: target)
        case .macro(let macro): scope.values[macro.name] = .macro(macro)
        case .generation(let body):
            try enterScope(TemplateScope(parent: scope), body)
        case .leaveLoop: return .leaveLoop
        case .nextIteration: return .nextIteration
        }
        return .next
    }

    private func execute(_ loop: TemplateStatement.Loop) throws(TemplateFault) {
        let outer = scope
        defer { scope = outer }
        let value = try evaluate(loop.elements)
        offset = loop.elements.offset
        var elements = try self.elements(of: value)
        if let condition = loop.condition {
            var kept: [RuntimeValue] = []
            for element in elements {
                scope = TemplateScope(parent: outer)
                try bind(loop.targets, to: element)
                if try evaluate(condition).isTrue { kept.append(element) }
            }
            elements = kept
            scope = outer
        }
        let list = try RuntimeList(elements, limit: limits.depth)
        loopNesting += 1
        defer { loopNesting -= 1 }
        for (index, element) in elements.enumerated() {
            scope = TemplateScope(parent: outer)
            scope.values["loop"] = .loop(
                RuntimeLoop(elements: list, index: index, nesting: loopNesting))
            try bind(loop.targets, to: element)
            if try execute(loop.body) == .leaveLoop { return }
        }
        scope = outer
        if elements.isEmpty { _ = try execute(loop.otherwise) }
    }

    private func enterScope(
        _ inner: TemplateScope, _ body: [TemplateStatement]
    ) throws(TemplateFault) {
        let outer = scope
        defer { scope = outer }
        scope = inner
        _ = try execute(body)
    }

    /// What a body writes, as a text.
    private func capture(
        _ body: [TemplateStatement], in inner: TemplateScope? = nil
    ) throws(TemplateFault) -> TemplateText {
        let outer = output
        output = []
        defer { output = outer }
        try enterScope(inner ?? TemplateScope(parent: scope), body)
        return TemplateText(output)
    }

    private func bind(_ names: [String], to value: RuntimeValue) throws(TemplateFault) {
        guard names.count > 1 else {
            scope.values[names[0]] = value
            return
        }
        let values = try elements(of: value)
        guard values.count == names.count else {
            throw TemplateFault(
                .value,
                "\(values.count) values for the \(names.count) names "
                    + names.joined(separator: ", "))
        }
        for (name, value) in zip(names, values) { scope.values[name] = value }
    }

    private func assign(
        _ value: RuntimeValue, to target: TemplateStatement.Target
    ) throws(TemplateFault) {
        switch target {
        case .names(let names): try bind(names, to: value)
        case .attribute(let object, let name, let offset):
            self.offset = offset
            guard case .namespace(let namespace)? = scope[object] else {
                throw TemplateFault(.value, "\(object) is not a namespace, so it cannot be changed")
            }
            // A namespace inside itself would never be freed.
            _ = try RuntimeValue.depth(containing: [value], limit: limits.depth + 1)
            namespace.attributes[name] = value
        }
    }

    /// The elements that a loop over `value` sees.
    func elements(of value: RuntimeValue) throws(TemplateFault) -> [RuntimeValue] {
        var elements: [RuntimeValue]
        switch value {
        case .undefined: elements = []
        case .list(let list): elements = list.elements
        case .mapping(let mapping): elements = mapping.keys.map { .text($0) }
        case .text(let text): elements = text.characters.map { .text(TemplateText([$0])) }
        default: throw TemplateFault(.value, "\(value.typeName) is not iterable")
        }
        try spend(elements.count)
        return elements
    }

    // MARK: Macros

    func call(
        _ macro: TemplateMacro, _ arguments: TemplateArguments
    ) throws(TemplateFault) -> RuntimeValue {
        let inner = TemplateScope(parent: root)
        let given = try arguments.bound(to: macro.parameters.map(\.name), of: macro.name)
        let outer = scope
        defer { scope = outer }
        scope = inner
        for (parameter, value) in zip(macro.parameters, given) {
            if let value {
                inner.values[parameter.name] = value
            } else if let expression = parameter.defaultValue {
                inner.values[parameter.name] = try evaluate(expression)
            } else {
                inner.values[parameter.name] = .undefined(parameter.name)
            }
        }
        return try text(try capture(macro.body, in: inner))
    }
}
