import KeelLab
import KeelStatistics
import Testing

/// Monitors on runs that their limits were not set on.
@Suite struct LabWarningTests {
    private static let names = ["direction", "gap", "loss-rise", "loss-fall", "drift", "steps"]

    /// Runs in which the direction rises at one step and g falls at another, if they are bad.
    private func runs(direction: Int?, gap: Int?, seeds: UInt64 = 4) -> [MonitoredRun] {
        var random = SeededGenerator(seed: 3)
        var runs: [MonitoredRun] = []
        for domain in LabData.domains {
            for seed in 0..<seeds {
                for percent in [0, 25] {
                    let isBad = percent > 0
                    var peaks: [String: [MonitoredRun.Peak]] = [:]
                    for name in Self.names {
                        let sign = name == "gap" || name == "loss-fall" ? -1.0 : 1
                        let begin = name == "direction" ? direction : name == "gap" ? gap : nil
                        // So that leads are not all alike.
                        let delay = Int.random(in: 0...2, using: &random)
                        let drawn = Double.random(in: 0...0.1, using: &random)
                        let noise = isBad ? 0 : drawn
                        peaks[name] = (1...20).map { step in
                            let isOn = isBad && begin.map { step >= $0 + delay } ?? false
                            // Steps are alike in all runs.
                            let level = name == "steps" ? Double(step) : noise
                            return MonitoredRun.Peak(step, sign * (isOn ? level + 1 : level))
                        }
                    }
                    runs.append(
                        MonitoredRun(
                            domain: domain, seed: seed, percent: percent, steps: 20, peaks: peaks))
                }
            }
        }
        return runs
    }

    private func lead(_ warning: Warning, over name: String) throws -> LabEffect {
        try #require(warning.leads.first { $0.over == name }?.effect)
    }

    @Test func `a direction that moves first leads, and g that moves first is led by none`() throws
    {
        let early = try #require(Warning(runs(direction: 3, gap: 10)))
        let direction = try #require(early.monitors.first)
        #expect(direction.name == "direction" && direction.benign == 32)
        #expect(direction.doses.map(\.percent) == [25] && direction.doses.map(\.runs) == [32])
        #expect(direction.doses.first?.found?.value == 1)
        let falseAlarms = try #require(direction.falseAlarms)
        #expect(falseAlarms.value < 0.2)
        #expect(try lead(early, over: "gap").interval.value > 5)
        let over = try #require(early.leads.first)
        #expect(over.earlier == 32 && over.same == 0 && over.later == 0)
        let late = try #require(Warning(runs(direction: 10, gap: 3)))
        #expect(try lead(late, over: "gap").interval.high < 0)
        // Steps never go beyond those of benign runs of the same length.
        let steps = try #require(late.monitors.first { $0.name == "steps" })
        #expect(steps.doses.first?.found?.value == 0 && steps.doses.first?.step == nil)
    }

    @Test func `beside g, an alarm counts from the next reading of g on`() throws {
        var all = runs(direction: 3, gap: 4)
        let often = try lead(#require(Warning(all)), over: "gap")
        for index in all.indices { all[index].every = 6 }
        let seldom = try lead(#require(Warning(all)), over: "gap")
        #expect(often.interval.value > 0 && seldom.interval.value < 0)
    }

    @Test func `where nothing gives alarm, no lead is shown either way`() throws {
        var quiet = runs(direction: nil, gap: nil)
        for index in quiet.indices {
            for name in Self.names { quiet[index].peaks[name] = [.init(20, 0)] }
        }
        let warning = try #require(Warning(quiet))
        for lead in warning.leads {
            let interval = lead.effect.interval
            #expect(lead.effect.pValue == 1 && interval.low < 0 && interval.high > 0)
            #expect(lead.same == 32)
        }
        #expect(
            warning.monitors.allSatisfy { monitor in
                monitor.falseAlarms?.value == 0 && monitor.doses.allSatisfy { $0.step == nil }
            })
    }

    @Test func `limits never come from the run's own domain or seed`() throws {
        var all = runs(direction: nil, gap: nil)
        let index = try #require(all.firstIndex { !$0.isBad })
        let (domain, seed) = (all[index].domain, all[index].seed)
        // Benign runs of the same domain or seed that go far must not hide this one's alarm.
        for other in all.indices where !all[other].isBad {
            guard all[other].domain == domain || all[other].seed == seed else { continue }
            all[other].peaks["direction"] = [.init(20, 5)]
        }
        let warning = try #require(Warning(all))
        let found = try #require(warning.monitors.first?.falseAlarms)
        // Of 32 benign runs at least this one.
        #expect(found.value >= 1.0 / 32)
    }

    @Test func `doses are told apart, and costs are means over runs`() throws {
        var all = runs(direction: 3, gap: 10)
        for index in all.indices {
            all[index].costs = ["direction": all[index].isBad ? 0.01 : 0.03]
            // Of four seeds, two have few wrong rows, and nothing of them is seen.
            guard all[index].isBad, all[index].seed < 2 else { continue }
            all[index].percent = 5
            all[index].peaks["direction"] = [.init(20, -1)]
        }
        let direction = try #require(Warning(all)?.monitors.first)
        #expect(direction.doses.map(\.percent) == [5, 25])
        #expect(direction.doses.map(\.runs) == [16, 16])
        #expect(direction.doses.map { $0.found?.value } == [0, 1])
        #expect(direction.doses.map { $0.step == nil } == [true, false])
        #expect(abs((direction.cost ?? 0) - 0.02) < 1e-12)
    }

    @Test func `too few benign runs for the rate, or none that are bad, give nothing`() {
        #expect(Warning(runs(direction: 3, gap: 9, seeds: 2)) == nil)
        #expect(Warning(runs(direction: 3, gap: 9).filter { !$0.isBad }) == nil)
        #expect(Warning([]) == nil)
    }
}
