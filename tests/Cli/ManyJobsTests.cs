using Grpc.Core;
using Headgate.Cli.Tests.Running;
using Headgate.V1;

namespace Headgate.Cli.Tests;

public sealed class ManyJobsTests : CliTest
{
    const string OtherId = "0197a1b2-0000-7000-8000-000000000002";
    const string ThirdId = "0197a1b2-0000-7000-8000-000000000003";
    const string OtherRequestId = "0197a1b2-0000-7000-8000-0000000000ab";

    readonly Dictionary<JobReference, string> _known = [];

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
        Knows(new JobReference { Id = Examples.JobId }, Examples.JobId);
        Knows(new JobReference { Pipeline = new PipelineReference { Project = "crm", Name = "contacts" } }, OtherId);

        var result = await RunAsync("pause", Examples.JobId, "contacts");

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Equal([Examples.JobId, OtherId], Coordinator.All<OperateJobsRequest>().Single().Selection.Ids);
        Assert.Contains("Each for itself.", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_name_of_many_is_found_as_that_of_a_single_job_is()
    {
        Coordinator.On<OperateJobsRequest>(_ => Answer(CommandOutcome.Accepted, "Done."));
        Knows(new JobReference { RequestId = Examples.RequestId }, Examples.JobId);
        Knows(new JobReference { RequestId = OtherRequestId }, OtherId);

        var result = await RunAsync("cancel", Examples.RequestId, OtherRequestId, $"id:{Examples.JobId}", $"id:{ThirdId}", "--yes");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal([Examples.JobId, OtherId, ThirdId], Coordinator.All<OperateJobsRequest>().Single().Selection.Ids);
        Assert.Equal([new JobReference { Id = Examples.RequestId }, new JobReference { RequestId = Examples.RequestId }], Coordinator.All<GetJobRequest>().Take(2).Select(each => each.Job));
    }

    [Fact]
    public async Task Names_of_many_that_are_not_found_are_told_each_and_nothing_is_sent()
    {
        Coordinator.On<OperateJobsRequest>(_ => Answer(CommandOutcome.Accepted, "Done."));
        Knows(new JobReference { RequestId = Examples.RequestId }, Examples.JobId);

        var result = await RunAsync("cancel", OtherRequestId, Examples.RequestId, "contacts", "--yes");

        Assert.Equal(
            (1, $"headgate: There is no job with the id or Request ID {OtherRequestId}.\ncontacts: There is no job.\nNothing was sent.\n"),
            (result.ExitCode, result.Error));
        Assert.Empty(Coordinator.All<OperateJobsRequest>());
    }

    [Fact]
    public async Task Name_that_can_be_none_is_told_before_anything_is_asked()
    {
        var result = await RunAsync("cancel", Examples.RequestId, "a/b/c", "--yes");

        Assert.Equal(2, result.ExitCode);
        Assert.Empty(Coordinator.Requests);
    }

    [Theory]
    [InlineData("--state", "processing")]
    [InlineData($"id:{Examples.JobId}", $"id:{OtherId}")]
    public async Task Force_of_many_is_asked_for_with_what_it_does_to_them(string first, string second)
    {
        Coordinator.On<OperateJobsRequest>(request => Answer(CommandOutcome.Accepted, $"{(request.ValidateOnly ? "Would be" : "Are")} canceled."));
        await using var terminal = OnTerminal("cancel", first, second, "--force");

        await terminal.SeesAsync("Would be canceled.");
        await terminal.SeesAsync("Batches in flight are rolled back, and the jobs canceled at once. Go ahead? [y]es, [n]o");
        Assert.True(Assert.Single(Coordinator.All<OperateJobsRequest>()).ValidateOnly);
        await terminal.TypesAsync("y\n");
        await terminal.SeesAsync("Are canceled.");

        Assert.Equal(0, await terminal.EndsAsync());
        var command = Coordinator.All<OperateJobsRequest>()[^1];
        Assert.Equal((CancelMode.Force, false, false), (command.Cancel.Mode, command.Cancel.PauseFirst, command.ValidateOnly));
        Assert.Equal([Examples.JobId, OtherId], command.Selection.Ids);
    }

    void Knows(JobReference name, string id)
    {
        _known[name] = id;
        Coordinator.On<GetJobRequest>(request => _known.TryGetValue(request.Job, out var found)
            ? new GetJobResponse { Job = Examples.Job(JobState.Processing, job => job.Id = found) }
            : throw Refused.Plainly(StatusCode.NotFound, "There is no job."));
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
