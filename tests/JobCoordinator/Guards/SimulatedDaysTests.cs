using System.Globalization;
using Headgate.Contracts.Comparing;
using Headgate.Contracts.Guards;
using Headgate.JobCoordinator.Guards;
using Xunit.Abstractions;

namespace Headgate.JobCoordinator.Tests.Guards;

/// <summary>How often guards hold what is ordinary, and whether they hold what is not.</summary>
public sealed class SimulatedDaysTests(ITestOutputHelper output)
{
    const int Days = 200;
    static readonly DateTimeOffset First = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    // Every 15 minutes, every hour, every 6 hours, every day.
    static readonly (int Pipelines, int RunsADay)[] Kinds = [(3, 96), (7, 24), (10, 4), (20, 1)];

    [Fact]
    public void Fewer_than_one_in_a_hundred_ordinary_runs_is_held()
    {
        var (runs, held) = (0, 0);
        foreach (var (pipelines, runsADay) in Kinds)
        {
            var (ofKind, heldOfKind, by) = (0, 0, new Dictionary<string, int>());
            for (var seed = 0; seed < pipelines; seed++)
            {
                var pipeline = new SimulatedPipeline((100 * runsADay) + seed, runsADay);
                foreach (var at in Runs(runsADay, seed))
                {
                    var trips = pipeline.Run(at);
                    ofKind++;
                    if (trips.Count == 0) continue;
                    heldOfKind++;
                    foreach (var trip in trips) by[$"{trip.Guard} {trip.Measure}"] = by.GetValueOrDefault($"{trip.Guard} {trip.Measure}") + 1;
                }
            }

            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{runsADay} runs a day: {heldOfKind} of {ofKind:N0} held, {100.0 * heldOfKind / ofKind:0.###} % ({string.Join(", ", by.Select(each => $"{each.Key} {each.Value}"))})"));
            Assert.True(heldOfKind < ofKind / 100.0, $"{heldOfKind} of {ofKind} runs were held of pipelines with {runsADay} runs a day.");
            (runs, held) = (runs + ofKind, held + heldOfKind);
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"All: {held} of {runs:N0} held, {100.0 * held / runs:0.###} %"));
    }

    [Fact]
    public void Causes_planted_on_any_day_are_held()
    {
        var missed = new List<string>();
        var planted = 0;
        foreach (var (pipelines, runsADay) in Kinds)
        {
            for (var seed = 0; seed < pipelines; seed++)
            {
                var pipeline = new SimulatedPipeline((100 * runsADay) + seed, runsADay);
                var random = new Random(seed);
                foreach (var at in Runs(runsADay, seed).TakeWhile(at => at < First.AddDays(60)))
                {
                    pipeline.Run(at);
                    if (at < First.AddDays(10) || random.Next(20 * runsADay) != 0) continue;
                    foreach (var (cause, guard, trips) in Plant(pipeline, at.AddMinutes(1)))
                    {
                        planted++;
                        if (!trips.Any(trip => guard.Contains(trip.Guard))) missed.Add($"{cause} at {at:u} of {runsADay}/{seed}");
                    }
                }
            }
        }

        output.WriteLine($"{planted} planted, {missed.Count} missed");
        Assert.True(planted > 200 && missed.Count < planted / 100.0, string.Join('\n', missed));
    }

    // Each as guards would see it, and by which it is to be caught: on the way of a full read both that it is one, where it was none before, and
    // what it would do, as if somebody had confirmed it.
    static IEnumerable<(string Cause, Guard[] By, List<Judgement> Trips)> Plant(SimulatedPipeline pipeline, DateTimeOffset now)
    {
        var size = pipeline.Size;
        var ordinary = pipeline.Compare(now, full: true, size, inserted: 0);
        yield return ("wrong mapping", [Guard.Canary], Trips(size, With(ordinary, field => field with { Changed = ordinary.Updates, Overwritten = field.NonNullBefore, Same = ordinary.Updates * 3 / 10, SameBefore = 0 })));
        // No value that many get, in a field that half of the rows have: other people's telephone numbers.
        yield return ("wrong mapping of a sparse field", [Guard.Canary], Trips(
            size, With(ordinary, field => field with { Changed = field.NonNullBefore, Overwritten = field.NonNullBefore, Same = 1, SameBefore = 1 })));
        yield return ("missing filter", [Guard.Volume], Trips(20 * size, ordinary));
        yield return ("nulls", [Guard.Canary], Trips(size, With(ordinary, field => field with { Changed = field.NonNullBefore, Overwritten = field.NonNullBefore, Nulled = field.NonNullBefore })));
        yield return ("stale key", [Guard.Canary], Trips(size, ordinary with { Inserts = ordinary.Rows, Updates = 0, Fields = [] }));
        if (pipeline.HasCursor) yield return ("resync by accident", [Guard.FullLoad], [.. pipeline.Judge(now, full: true, size, null, isConfirmed: false, hasOffset: false)]);

        List<Judgement> Trips(long rows, ObjectFindings found) => [.. pipeline.Judge(now, full: true, rows, found, isConfirmed: true)];

        static ObjectFindings With(ObjectFindings found, Func<FieldFindings, FieldFindings> spoil) =>
            found with { Fields = [spoil(found.Fields[3]), .. found.Fields.Where((_, at) => at != 3)] };
    }

    // In two of a hundred days nothing runs for half of it, and once in the time for a weekend.
    static IEnumerable<DateTimeOffset> Runs(int runsADay, int seed)
    {
        var random = new Random(seed);
        for (var day = 0; day < Days; day++)
        {
            var isOut = random.Next(50) == 0;
            for (var run = 0; run < runsADay; run++)
            {
                if ((isOut && run < runsADay / 2) || day is 95 or 96) continue;
                yield return First.AddDays(day + ((double)run / runsADay));
            }
        }
    }
}
