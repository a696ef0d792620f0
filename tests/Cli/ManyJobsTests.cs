using Headgate.Cli.Tests.Running;
using Headgate.V1;

namespace Headgate.Cli.Tests;

public sealed class ManyJobsTests : CliTest
{
    const string OtherId = "0197a1b2-0000-7000-8000-000000000002";

    [Fact]
    public async Task What_options_choose_is_shown_first_and_then_exactly_that_is_commanded()
    {
        Coordinator.On<OperateJobsRequest>(request => Answer(CommandOutcome.Accepted, $"{(request.ValidateOnly ? "Would be" : "Are")} canceled."));
        await using var terminal = OnTerminal("cancel", "--state", "processing");

        await terminal.SeesAsync("Would be canceled.");
        await terminal.SeesAsync("Go ahead? [y]es, [n]o");
        Assert.Single(Coordinator.Requests);
        await terminal.TypesAsync("y\n");
        await terminal.SeesAsync("Are canceled.");

        Assert.Equal(0, await terminal.EndsAsync());
        var (preview, command) = (Coordinator.All<OperateJobsRequest>()[0], Coordinator.All<OperateJobsRequest>()[1]);
        Assert.Equal((true, "", JobState.Processing), (preview.ValidateOnly, preview.IdempotencyKey, preview.Filter.States.Single()));
        Assert.Equal([Examples.JobId, OtherId], command.Selection.Ids);
        Assert.True(command.Cancel.PauseFirst);
        Assert.True(Guid.TryParse(command.IdempotencyKey, out _));
    }

    [Fact]
    public async Task Nothing_is_commanded_after_a_no()
    {
        Coordinator.On<OperateJobsRequest>(_ => Answer(CommandOutcome.Accepted, "Would be canceled."));
        await using var terminal = OnTerminal("cancel", "--state", "processing");

        await terminal.SeesAsync("Go ahead?");
        await terminal.TypesAsync("n\n");

        Assert.Equal(1, await terminal.EndsAsync());
        Assert.Single(Coordinator.Requests);
    }

    [Theory]
    [InlineData(CommandOutcome.AlreadySo, 0)]
    [InlineData(CommandOutcome.Refused, 1)]
    [InlineData(CommandOutcome.NotFound, 1)]
    [InlineData(CommandOutcome.Unanswered, 1)]
    public async Task Many_that_are_named_are_one_command_that_succeeds_if_each_does(CommandOutcome second, int exitCode)
    {
        Coordinator.On<OperateJobsRequest>(_ => Answer(second, "Done."));
        Coordinator.On<GetJobRequest>(_ => new GetJobResponse { Job = Examples.Job(JobState.Processing, job => job.Id = OtherId) });

        var result = await RunAsync("pause", Examples.JobId, "contacts");

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Equal([Examples.JobId, OtherId], Coordinator.All<OperateJobsRequest>().Single().Selection.Ids);
        Assert.Contains("Each for itself.", result.Out, StringComparison.Ordinal);
    }

    static OperateJobsResponse Answer(CommandOutcome second, string sentence) => new()
    {
        Sentence = sentence,
        Results =
        {
            new OperateJobsResponse.Types.Result { JobId = Examples.JobId, Outcome = CommandOutcome.Accepted, Job = Examples.Job(JobState.Pausing), Sentence = "Each for itself." },
            new OperateJobsResponse.Types.Result { JobId = OtherId, Outcome = second },
        },
    };
}
