import Testing
import keel

/// What is promised of the tours that ship, by the rates that docs/tour.md gives.
struct TourBudgetTests {
    @Test(arguments: [("quick", 8.0), ("usual", 14.0), ("whole", 25.0)])
    func `a tour of each plan is expected within the minutes that are promised of it`(
        plan: String, minutes: Double
    ) throws {
        let seconds = try #require(TourBudget.seconds(of: plan))
        #expect(seconds > 60 && seconds < 60 * minutes)
    }
}
