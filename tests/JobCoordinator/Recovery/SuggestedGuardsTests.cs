using Headgate.JobCoordinator.Guards;
using Headgate.JobCoordinator.Recovery;
using Headgate.PipelineFiles;

namespace Headgate.JobCoordinator.Tests.Recovery;

public sealed class SuggestedGuardsTests
{
    [Fact]
    public void What_only_told_is_to_hold_by_what_it_went_by()
    {
        Assert.Equal(
            """
            guards:
              canary: { changedShare: 0.5, sameValueShare: 0.2, action: hold }
              fullLoad: { action: hold }
              rejects: { rate: 0.05, action: pause }
              volume: { maxRatio: 5, action: hold }
            """,
            SuggestedGuards.Of(
            [
                new RecoveryTrip("Canary", "changedShare", 0.5, 1, OnlyTold: true), new RecoveryTrip("Canary", "sameValueShare", 0.2, 0.9, OnlyTold: true),
                new RecoveryTrip("FullLoad", "", 0, 0, OnlyTold: true), new RecoveryTrip("Rejects", "rate", 0.05, 0.06, OnlyTold: true),
                new RecoveryTrip("Volume", "maxRatio", 5, 6, OnlyTold: true), new RecoveryTrip("Volume", "vanished", 5, 9, OnlyTold: true),
            ]));
    }

    [Fact]
    public void Guard_that_has_held_the_job_needs_no_other_lines() =>
        Assert.Equal("", SuggestedGuards.Of([new RecoveryTrip("Canary", "nullShare", 0.05, 1, OnlyTold: false)]));

    [Theory]
    [InlineData("FullLoad", Measures.None)]
    [InlineData("Volume", Measures.MaxRatio)]
    [InlineData("Volume", Measures.Vanished)]
    [InlineData("Canary", Measures.Sample)]
    [InlineData("Canary", Measures.ChangedShare)]
    [InlineData("Canary", Measures.NullShare)]
    [InlineData("Canary", Measures.SameValueShare)]
    [InlineData("Canary", Measures.InsertShare)]
    [InlineData("Rejects", Measures.Rate)]
    [InlineData("Duration", Measures.TimesP99)]
    [InlineData("Duration", Measures.MinThroughput)]
    [InlineData("Duration", Measures.TimesLatency)]
    public void Suggested_lines_are_what_a_pipeline_file_takes(string guard, string measure)
    {
        var lines = SuggestedGuards.Of([new RecoveryTrip(guard, measure, 0.5, 1, OnlyTold: true)]);
        Assert.NotEmpty(lines);
        var read = PipelineFile.Parse(
            $$"""
              apiVersion: headgate/v1
              kind: Pipeline
              metadata: { project: crm, name: contacts }
              spec:
                source: { postgres: { connection: env:SOURCE } }
                destination: { postgres: { connection: env:DESTINATION } }
                objects: [{ from: public.a, to: public.a, key: [id] }]
                {{lines.ReplaceLineEndings("\n  ")}}
              """,
            "contacts.yaml");
        Assert.Empty(read.Problems);
    }
}
