using Headgate.Bench.Measuring;
using Headgate.Bench.Reporting;

namespace Headgate.Bench.Tests;

public sealed class MarkdownReportTests
{
    static readonly string[] Cases = ["first-load"];

    [Fact]
    public void Report_has_machine_command_results_goals_and_memory() =>
        Assert.Equal(
            """
            2 cores.

            `./headgate bench --only first-load`

            **first-load**: Rows into nothing.

            |  | cold | warm median | warm min to max | time / Headgate's | remarks |
            | --- | --- | --- | --- | --- | --- |
            | Headgate | 9.00 s | 5.00 s | 4.00 to 6.00 s | 1.00 | load 2.00 s |
            | pg_dump \| psql | - | - | - | - | NOT COUNTED, cold round: the source has 2 rows, the destination 1 |
            | pgloader | - | - | - | - | not installed |

            | goal | limit | measured |  |
            | --- | --- | --- | --- |
            | pipe / Headgate | at least 0.8 | 0.70 | **not reached** |
            | stop | at most 250 ms | 90.00 ms | reached |
            | pgloader / Headgate | at least 4 | - | not measured |

            | worker |
            | --- |
            | 180 MB |


            """,
            MarkdownReport.Of(new Machine("2 cores."), $"./headgate bench --only {Cases[0]}", [Report()]));

    [Fact]
    public void Case_with_a_refused_run_is_not_sound()
    {
        Assert.False(Report().IsSound);
        Assert.True((Report() with { Results = [] }).IsSound);
    }

    [Fact]
    public void Ratio_is_to_the_time_at_the_same_size()
    {
        var results = new[] { ("Headgate", 2), ("pipe", 1), ("Headgate", 20), ("pipe", 10) }.Select(entry =>
        {
            var result = new ContenderResult(entry.Item1);
            result.Add(0, new Measure(entry.Item2));
            return result;
        });
        Assert.Equal(["1.00", "0.50", "1.00", "0.50"], ResultFigures.Of([.. results]).Rows.Select(row => row[4]));
    }

    static CaseReport Report() => new()
    {
        Name = Cases[0],
        Description = "Rows into nothing.",
        Results = [Own(), Unequal(), new ContenderResult("pgloader") { Missing = "not installed" }],
        Targets =
        [
            Target.AtLeast("pipe / Headgate", 0.8, 0.7), Target.AtMost("stop", 250, 90, " ms"), Target.AtLeast("pgloader / Headgate", 4, null),
        ],
        PeakMegabytes = new Dictionary<string, double> { ["worker"] = 180.2 },
    };

    static ContenderResult Own()
    {
        var result = new ContenderResult("Headgate");
        result.Add(0, new Measure(9));
        result.Add(1, new Measure(4, new Dictionary<string, double> { ["load"] = 1 }));
        result.Add(2, new Measure(6, new Dictionary<string, double> { ["load"] = 3 }));
        return result;
    }

    static ContenderResult Unequal()
    {
        var result = new ContenderResult("pg_dump | psql");
        result.Refuse(0, "the source has 2 rows, the destination 1");
        return result;
    }
}
