using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Headgate.Cli.Tests.Running;
using Headgate.V1;

namespace Headgate.Cli.Tests;

public sealed class RecoveryTests : CliTest
{
    const string Other = "0197a1b2-0000-7000-8000-000000000002";

    static readonly GetRecoveryResponse Answer = new()
    {
        Job = Examples.Job(JobState.Canceled),
        Steps =
        {
            new RecoveryStep
            {
                Kind = RecoveryStepKind.Export, State = RecoveryStepState.Done, Sentence = "The list was read.", DoneBy = "ops",
                Done = Timestamp.FromDateTimeOffset(new DateTimeOffset(2026, 1, 31, 16, 58, 0, TimeSpan.Zero)),
            },
            new RecoveryStep { Kind = RecoveryStepKind.Diff, State = RecoveryStepState.Next, Sentence = "Compare." },
            new RecoveryStep
            {
                Kind = RecoveryStepKind.PauseSchedule, State = RecoveryStepState.NotNeeded, Sentence = "No schedule.",
                Operation = Operation.PauseSchedule,
            },
            new RecoveryStep
            {
                Kind = RecoveryStepKind.Rollback, State = RecoveryStepState.Running, Sentence = "It puts back.",
                Operation = Operation.RollbackJob, JobId = Other, Optional = true,
            },
            new RecoveryStep
            {
                Kind = RecoveryStepKind.Fix, State = RecoveryStepState.Open, Sentence = "Mend.",
                Operation = Operation.ApplyPipeline, SuggestedGuards = "guards: {}",
            },
            new RecoveryStep
            {
                Kind = RecoveryStepKind.Replay, State = RecoveryStepState.Open, Sentence = "Again.",
                Operation = Operation.ReplayJob, Optional = true,
            },
        },
        Sentence = "Next: compare with the source.",
    };

    [Fact]
    public async Task People_get_the_steps_with_who_did_them_and_below_what_to_type_for_those_to_come()
    {
        Coordinator.On<GetRecoveryRequest>(_ => Answer);

        var lines = (await RunAsync("recover", Examples.JobId)).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal("The list was read.", Words(lines[1])[^1]);
        Assert.Contains(" ops", Words(lines[1])[3], StringComparison.Ordinal);
        Assert.Equal(["2", "diff", "next", "Compare."], Words(lines[2]));
        Assert.Equal(["6", "replay", "open, optional", "Again."], Words(lines[6]));
        Assert.Equal(
            [
                "To type:", $"  2  headgate diff {Examples.JobId}", $"  4  headgate watch {Other}", "  5  headgate apply -f FILE",
                $"  6  headgate replay {Examples.JobId}", "Guards to add:", "guards: {}", "Next: compare with the source.",
            ],
            lines[7..].Select(Globally));
    }

    [Fact]
    public async Task Programs_get_the_answer_as_it_is()
    {
        Coordinator.On<GetRecoveryRequest>(_ => Answer);
        var shown = await RunAsync("recover", Examples.JobId, "--output", "json");
        Assert.Equal(Answer, JsonParser.Default.Parse<GetRecoveryResponse>(shown.Out));
    }

    // Without what the invocation itself was given.
    static string Globally(string line) => line.Split(" --", 2)[0];

    static string[] Words(string line) => line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
