/// Parses the statements of a template; expressions are in an extension.
struct TemplateParser {
    /// Nesting that no template written by hand comes near.
    private static let maximumDepth = 64

    let source: [Unicode.Scalar]
    private let tokens: [TemplateToken]
    private var position = 0
    private var depth = 0
    private var loopDepth = 0

    init(_ template: String) throws(TemplateError) {
        var lexer = TemplateLexer(template)
        tokens = try lexer.tokenize()
        source = lexer.source
    }

    mutating func parse() throws(TemplateError) -> [TemplateStatement] {
        let body = try statements(until: [])
        guard next.kind == .endOfTemplate else { throw unexpected() }
        return body
    }

    // MARK: Tokens

    var next: TemplateToken { tokens[position] }

    /// The kind of the token after the next.
    var second: TemplateToken.Kind { tokens[min(position + 1, tokens.count - 1)].kind }

    mutating func advance() { position = min(position + 1, tokens.count - 1) }

    mutating func take(_ kind: TemplateToken.Kind) -> Bool {
        guard next.kind == kind else { return false }
        advance()
        return true
    }

    mutating func expect(_ kind: TemplateToken.Kind) throws(TemplateError) {
        guard take(kind) else { throw unexpected(expecting: kind.summary) }
    }

    mutating func name() throws(TemplateError) -> String {
        guard case .name(let name) = next.kind else { throw unexpected(expecting: "a name") }
        advance()
        return name
    }

    func fault(
        _ kind: TemplateError.Kind, _ message: String, at offset: Int? = nil
    ) -> TemplateError {
        TemplateFault(kind, message).at(offset ?? next.offset, in: source)
    }

    func unexpected(expecting expected: String? = nil) -> TemplateError {
        fault(
            .syntax,
            "unexpected \(next.kind.summary)" + (expected.map { ", expected \($0)" } ?? ""))
    }

    mutating func descend() throws(TemplateError) {
        depth += 1
        guard depth <= Self.maximumDepth else {
            throw fault(.depth, "nested more than \(Self.maximumDepth) deep")
        }
    }

    mutating func ascend() { depth -= 1 }

    // MARK: Statements

    /// Statements up to a tag of one of these names, which stays the next token but one.
    private mutating func statements(
        until ends: Set<String>
    ) throws(TemplateError) -> [TemplateStatement] {
        try descend()
        defer { ascend() }
        var statements: [TemplateStatement] = []
        while true {
            switch next.kind {
            case .text(let text):
                advance()
                statements.append(.text(TemplateText(text)))
            case .begin("{{"):
                advance()
                statements.append(.output(try expression()))
                try expect(.end("}}"))
            case .begin:
                if case .name(let name) = second, ends.contains(name) { return statements }
                advance()
                statements.append(try statement())
            default:
                guard ends.isEmpty else {
                    throw unexpected(
                        expecting: "{% \(ends.sorted().joined(separator: " %} or {% ")) %}")
                }
                return statements
            }
        }
    }

    private mutating func statement() throws(TemplateError) -> TemplateStatement {
        let offset = next.offset
        let tag = try name()
        switch tag {
        case "if": return try conditional()
        case "for": return try loop()
        case "set": return try set()
        case "macro": return try macro()
        case "generation":
            return .generation(try block(endedBy: "endgeneration"))
        case "break", "continue":
            guard loopDepth > 0 else { throw fault(.syntax, "\(tag) outside a loop", at: offset) }
            try endTag()
            return tag == "break" ? .leaveLoop : .nextIteration
        case "endif", "endfor", "endset", "endmacro", "endgeneration", "else", "elif":
            throw fault(.syntax, "\(tag) without a beginning", at: offset)
        default:
            throw fault(.unsupported, "the tag \(tag) is not supported", at: offset)
        }
    }

    private mutating func endTag() throws(TemplateError) { try expect(.end("%}")) }

    /// The rest of a tag, statements, and the tag that ends them.
    private mutating func block(endedBy end: String) throws(TemplateError) -> [TemplateStatement] {
        try endTag()
        let body = try statements(until: [end])
        advance()
        advance()
        try endTag()
        return body
    }

    private mutating func conditional() throws(TemplateError) -> TemplateStatement {
        var branches: [TemplateStatement.Branch] = []
        while true {
            let condition = try expression()
            try endTag()
            let body = try statements(until: ["elif", "else", "endif"])
            branches.append(TemplateStatement.Branch(condition: condition, body: body))
            advance()
            switch try name() {
            case "elif": continue
            case "else":
                return .conditional(branches: branches, otherwise: try block(endedBy: "endif"))
            default:
                try endTag()
                return .conditional(branches: branches, otherwise: [])
            }
        }
    }

    private mutating func loop() throws(TemplateError) -> TemplateStatement {
        let targets = try names()
        try expect(.name("in"))
        let elements = try expression(allowingConditional: false)
        let condition = take(.name("if")) ? try expression() : nil
        if next.kind == .name("recursive") {
            throw fault(.unsupported, "recursive loops are not supported")
        }
        try endTag()
        loopDepth += 1
        let body = try statements(until: ["else", "endfor"])
        loopDepth -= 1
        advance()
        var otherwise: [TemplateStatement] = []
        if try name() == "else" {
            otherwise = try block(endedBy: "endfor")
        } else {
            try endTag()
        }
        return .loop(
            TemplateStatement.Loop(
                targets: targets, elements: elements, condition: condition, body: body,
                otherwise: otherwise))
    }

    /// One or more names with commas between, with or without parentheses.
    private mutating func names() throws(TemplateError) -> [String] {
        let isParenthesized = take(.symbol("("))
        var names = [try name()]
        while take(.symbol(",")) { names.append(try name()) }
        if isParenthesized { try expect(.symbol(")")) }
        return names
    }

    private mutating func set() throws(TemplateError) -> TemplateStatement {
        let offset = next.offset
        let target: TemplateStatement.Target
        if second == .symbol(".") {
            let object = try name()
            advance()
            target = .attribute(of: object, name: try name(), offset: offset)
        } else {
            target = .names(try names())
        }
        if take(.symbol("=")) {
            let value = try tuple()
            try endTag()
            return .set(target: target, value: value)
        }
        let filters = try filters()
        return .setBlock(target: target, filters: filters, body: try block(endedBy: "endset"))
    }

    private mutating func macro() throws(TemplateError) -> TemplateStatement {
        let name = try name()
        var parameters: [TemplateMacro.Parameter] = []
        try expect(.symbol("("))
        while next.kind != .symbol(")") {
            let parameter = try self.name()
            let value = take(.symbol("=")) ? try expression() : nil
            parameters.append(TemplateMacro.Parameter(name: parameter, defaultValue: value))
            guard take(.symbol(",")) else { break }
        }
        try expect(.symbol(")"))
        let outerLoops = loopDepth
        loopDepth = 0
        defer { loopDepth = outerLoops }
        let body = try block(endedBy: "endmacro")
        return .macro(TemplateMacro(name: name, parameters: parameters, body: body))
    }
}

extension TemplateToken.Kind {
    fileprivate var summary: String {
        switch self {
        case .text: "text"
        case .begin(let tag), .end(let tag): tag
        case .name(let name): name
        case .string(let string): String(string.debugDescription.prefix(40))
        case .int(let value): "\(value)"
        case .double(let value): "\(value)"
        case .symbol(let symbol): symbol
        case .endOfTemplate: "end of the template"
        }
    }
}
