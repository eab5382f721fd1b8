import KeelStatistics
import KeelTokenizer
import Testing

/// Templates come with models; none may stop, stall or flood the process that renders it.
struct MaliciousTemplateTests {
    struct Attack: CustomTestStringConvertible {
        let source: String
        let kind: TemplateError.Kind

        init(_ source: String, _ kind: TemplateError.Kind) {
            self.source = source
            self.kind = kind
        }

        var testDescription: String { "\(kind): \(source.prefix(60))" }
    }

    private static func many(_ text: String, _ count: Int = 100_000) -> String {
        String(repeating: text, count: count)
    }

    private static let loops =
        "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}"
        + "{% endfor %}{% endfor %}{% endfor %}"
    private static let growth = "{% set n = namespace(x='ab') %}{% for i in range(99) %}"

    @Test(arguments: [
        Attack(loops, TemplateError.Kind.steps),
        Attack(growth + "{% set n.x = n.x ~ n.x %}{% endfor %}", .length),
        Attack(growth + "{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x }}", .length),
        Attack(growth + "{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x == n.x }}", .steps),
        Attack(growth + "{% set n.x = {'k': n.x} %}{% endfor %}{% set n.x = [[n.x]] %}", .depth),
        Attack(growth + "{% set n.x = n.x|replace('a', 'aaaaaaaa') %}{% endfor %}", .length),
        Attack(growth + "{% set n.x = [n.x]|list + [n.x] * 3000 %}{{ n.x }}{% endfor %}", .length),
        Attack("{% set n = namespace() %}{% set n.x = n %}", .unsupported),
        Attack("{% set n = namespace() %}{% set n.x = [n] %}", .unsupported),
        Attack("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", .depth),
        Attack("{% for i in range(99999) %}{{ 'abcdefghijklmnop' * 99 }}{% endfor %}", .length),
        Attack("{{ range(10 ** 15) }}", .length), Attack("{{ range(0, 1, 0) }}", .value),
        Attack("{{ 'a' * 10 ** 12 }}", .length), Attack("{{ [0] * 10 ** 12 }}", .steps),
        Attack("{{ 'ab' * 9223372036854775807 }}", .length),
        Attack("{{ 9223372036854775807 + 1 }}", .overflow),
        Attack("{{ 9223372036854775807 * 2 }}", .overflow),
        Attack("{{ -9223372036854775807 - 2 }}", .overflow),
        Attack("{{ 9223372036854775808 }}", .overflow),
        Attack("{{ (-9223372036854775807 - 1) // -1 }}", .overflow),
        Attack("{{ 10 ** 19 }}", .overflow),
        Attack("{{ -(-9223372036854775807 - 1) }}", .overflow),
        Attack("{{ 1e300|int }}", .overflow),
        Attack("{{ 1 % 0 }}", .value), Attack("{{ 1 / 0 }}", .value),
        Attack("{{ 1.5 // 0.0 }}", .value),
        Attack("{{ 'a'|indent(10 ** 12) }}", .length),
        Attack("{{ [1]|tojson(indent=10 ** 12) }}", .length),
        Attack("{{ strftime_now('%') }}", .unsupported),
        Attack("{{ strftime_now('%Q') }}", .unsupported),
        Attack("{% set raise_exception = 1 %}{{ raise_exception('x') }}", .value),
        Attack("{{ " + many("(") + many(")") + " }}", .depth),
        Attack("{{ " + many("[") + many("]") + " }}", .depth),
        Attack("{{ " + many("not ") + "1 }}", .depth), Attack("{{ " + many("- ") + "1 }}", .depth),
        Attack("{{ " + many("1 if 1 else ") + "1 }}", .depth),
        Attack("{{ " + many("x[") + "0" + many("]") + " }}", .depth),
        Attack("{{ 'a'|map(" + many("'map', ", 5_000) + "'upper') }}", .depth),
        Attack(many("{% if 1 %}"), .depth), Attack(many("{% for x in y %}"), .depth),
        Attack(many("{% set x %}"), .depth), Attack(many("{{ [x for "), .syntax),
        Attack("{{", .syntax), Attack("{%", .syntax), Attack("{#", .syntax),
        Attack("{{ '", .syntax), Attack("{{ '\\", .syntax),
        Attack("{{ '\\u12", .syntax), Attack("{{ x | }}", .syntax), Attack("{{ x[ }}", .syntax),
        Attack("{{ x[1:2:3:4] }}", .syntax),
        Attack("{% if x %}", .syntax), Attack("{% set %}", .syntax), Attack("{% for %}", .syntax),
        Attack("{% break %}", .syntax),
        Attack("{% include 'passwd' %}", .unsupported),
        Attack("{% import 'os' as os %}", .unsupported),
        Attack("{{ ''.__class__.__mro__ }}", .undefined),
        Attack("{{ 'a'.encode() }}", .unsupported),
        Attack("{{ f(*x) }}", .unsupported), Attack("{{ x.append(1) }}", .undefined),
    ])
    func `an attack is stopped by a typed error`(_ attack: Attack) {
        let error = #expect(throws: TemplateError.self) {
            try ChatTemplate(source: attack.source).render(context: [:])
        }
        #expect(error?.kind == attack.kind, "\(String(describing: error))")
    }

    @Test(arguments: [
        ("{{ 'a' * -5 }}|{{ [1] * -1 }}|{{ 'a' * 0 }}", "|[]|"),
        ("{{ range(5, 1)|list }}{{ range(-3)|list }}{{ range(3, 0, -1)|list }}", "[][][3, 2, 1]"),
        ("{{ range(9223372036854775806, 9223372036854775807, 5)|list|length }}", "1"),
        ("{{ 'abc'[::-9223372036854775807] }}{{ 'abc'[9223372036854775807:] }}", "c"),
        ("{{ 'abc'[-9223372036854775807:9223372036854775807:9223372036854775807] }}", "a"),
        ("{{ (-9223372036854775807 - 1) % -1 }}{{ 'abc'[9223372036854775807] }}", "0"),
        ("{{ 'abc'[-9223372036854775807 - 1] }}{{ [1][-9223372036854775807 - 1] }}", ""),
        ("{{ 'a b'.split(' ', -9223372036854775807) }}{{ 'a'|indent(-9) }}", "['a', 'b']a"),
        ("{{ (1" + many(" + 1", 99_999) + ") }}", "100000"),
        ("{{ 'x'" + many("|upper", 50_000) + " }}", "X"),
        ("{{ '" + many("a", 50_000) + "b' in '" + many("a", 1_000_000) + "' }}", "False"),
        ("{{ 2 ** 9223372036854775807 if false else (-1) ** 9223372036854775807 }}", "-1"),
    ])
    func `an extreme that means something is rendered`(source: String, text: String) throws {
        #expect(try ChatTemplate(source: source).render(context: [:]) == text)
    }

    @Test func `values nested too deeply are refused`() {
        let value = (0..<200).reduce(TemplateValue.null) { value, _ in .array([value]) }
        let error = #expect(throws: TemplateError.self) {
            try ChatTemplate(source: "").render(context: ["x": value])
        }
        #expect(error?.kind == .depth)
    }

    @Test func `limits are the caller's`() throws {
        let template = try ChatTemplate(source: "{% for i in range(50) %}{{ 'abcd' }}{% endfor %}")
        func kind(_ limits: TemplateLimits) -> TemplateError.Kind? {
            do throws(TemplateError) {
                _ = try template.render(context: [:], limits: limits)
                return nil
            } catch {
                return error.kind
            }
        }
        #expect(kind(TemplateLimits(steps: 100)) == .steps)
        #expect(kind(TemplateLimits(length: 199)) == .length)
        #expect(kind(TemplateLimits(length: 200)) == nil)
        #expect(kind(TemplateLimits(depth: 1)) == .depth)
    }

    @Test func `no mutant of a template crashes`() throws {
        let source = """
            {%- macro m(a, b=1) -%}{{ a ~ b }}{%- endmacro %}
            {% set ns = namespace(n=0) %}{# note #}
            {% for x in messages if x.role != 'tool' %}
              {%- if loop.first and x['content'][1:-1]|trim %}{{ m(x.content, b=-2 ** 3) }}
              {%- elif x is mapping or not (x in [1, {'a': none}]) %}{{ x|tojson(indent=1) }}{% else %}-{% endif %}
              {% set ns.n = ns.n + loop.index0 // 2 %}{% set t %}{{ x.role.split('s')[0] }}{% endset %}{{ t }}
            {% else %}{{ raise_exception('none') }}{% endfor %}{{ ns.n if ns.n > 1 else strftime_now('%Y') }}
            """
        let scalars = Array(source.unicodeScalars)
        let pieces = [
            "{{", "}}", "{%", "%}", "(", ")", "[", "]", "'", "-", " if ", " for ", ".", "|", "9",
            "\\",
        ]
        var generator = SeededGenerator(seed: 9)
        var rendered = 0
        for _ in 0..<2_000 {
            var mutant = scalars
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let start = Int.random(in: 0..<mutant.count, using: &generator)
                let end = min(mutant.count, start + Int.random(in: 0...6, using: &generator))
                let piece = pieces.randomElement(using: &generator) ?? ""
                mutant.replaceSubrange(start..<end, with: piece.unicodeScalars)
            }
            do throws(TemplateError) {
                _ = try ChatTemplate(source: String(String.UnicodeScalarView(mutant))).render(
                    context: ChatTemplate.context(
                        messages: [("user", "Hello"), ("assistant", "Yes")],
                        addGenerationPrompt: true),
                    limits: TemplateLimits(steps: 10_000, length: 10_000))
                rendered += 1
            } catch {
                #expect(error.line >= 1 && error.column >= 1)
            }
        }
        #expect(rendered > 0)
    }
}
