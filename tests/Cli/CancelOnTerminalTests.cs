using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Headgate.Cli.Tests.Running;
using Headgate.V1;

namespace Headgate.Cli.Tests;

/// <summary>4:51 PM: the job is paused at once, and only then is it talked about.</summary>
public sealed class CancelOnTerminalTests : CliTest
{
    static readonly DateTimeOffset NextRun = new DateTimeOffset(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero).AddHours(17);

    [Fact]
    public async Task Job_is_paused_at_once_and_canceled_when_the_answer_is_cancel_with_the_reason_brought_later()
    {
        Pauses(JobState.Paused);
        await using var terminal = OnTerminal("cancel", "contacts");

        await terminal.SeesAsync("Paused at 8,400 of 80,000. The next run at 17:00 uses the same mapping. [c]ancel, cancel and pause the [s]chedule");
        await terminal.SeesAsync("[r]esume, [l]eave paused ");
        Assert.Empty(Coordinator.All<CancelJobRequest>());
        await terminal.TypesAsync("c\n");
        await terminal.SeesAsync("It will be Canceled.");
        await terminal.SeesAsync("Reason");
        await terminal.TypesAsync("wrong mapping\n");

        Assert.Equal(0, await terminal.EndsAsync());
        Assert.Equal(new PipelineReference { Project = "crm", Name = "contacts" }, Coordinator.All<PauseJobRequest>().Single().Job.Pipeline);
        var (first, second) = (Coordinator.All<CancelJobRequest>()[0], Coordinator.All<CancelJobRequest>()[1]);
        Assert.Equal((Examples.JobId, CancelMode.Graceful, false, false, ""), (first.Job.Id, first.Mode, first.PauseFirst, first.PauseSchedule, first.Reason));
        Assert.Equal(new CancelJobRequest(first) { Reason = "wrong mapping" }, second);
        Assert.True(Guid.TryParse(first.IdempotencyKey, out _));
    }

    [Fact]
    public async Task Question_is_not_asked_before_the_job_is_paused()
    {
        Pauses(JobState.Pausing);
        var drained = new TaskCompletionSource();
        Coordinator.OnStream<WatchJobRequest>(async (_, send, _) =>
        {
            await send(new WatchJobResponse { Job = Examples.Job(JobState.Pausing), ResumeToken = "1" });
            await drained.Task;
            await send(new WatchJobResponse { Job = Examples.Job(JobState.Paused, job => job.Counts.Written = 8_500), ResumeToken = "2" });
        });
        await using var terminal = OnTerminal("cancel", "contacts");

        await terminal.SeesAsync("Pausing");
        Assert.DoesNotContain("[c]ancel", terminal.Screen, StringComparison.Ordinal);
        drained.SetResult();
        await terminal.SeesAsync("Paused at 8,500 of 80,000.");
        await terminal.TypesAsync("l\n");

        Assert.Equal(0, await terminal.EndsAsync());
        Assert.Equal(Examples.JobId, Coordinator.All<WatchJobRequest>().Single().Job.Id);
    }

    [Fact]
    public async Task Schedule_is_paused_with_the_cancel_when_the_answer_says_so()
    {
        Pauses(JobState.Paused);
        await using var terminal = OnTerminal("cancel", "contacts", "--reason", "wrong mapping");

        await terminal.SeesAsync("[l]eave paused");
        await terminal.TypesAsync("S\n");

        Assert.Equal(0, await terminal.EndsAsync());
        var cancel = Coordinator.All<CancelJobRequest>().Single();
        Assert.Equal((true, "wrong mapping"), (cancel.PauseSchedule, cancel.Reason));
        Assert.Equal("wrong mapping", Coordinator.All<PauseJobRequest>().Single().Reason);
        Assert.DoesNotContain("Reason,", terminal.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Job_goes_on_when_the_answer_is_resume()
    {
        Pauses(JobState.Paused);
        Coordinator.On<ResumeJobRequest>(_ => new ResumeJobResponse { Job = Examples.Job(JobState.Processing), Sentence = "It goes on." });
        await using var terminal = OnTerminal("cancel", "contacts");

        await terminal.SeesAsync("[l]eave paused");
        await terminal.TypesAsync("r\n");
        await terminal.SeesAsync("It goes on.");

        Assert.Equal(0, await terminal.EndsAsync());
        Assert.Equal(Examples.JobId, Coordinator.All<ResumeJobRequest>().Single().Job.Id);
        Assert.Empty(Coordinator.All<CancelJobRequest>());
    }

    [Theory]
    [InlineData("l\n", 0)]
    [InlineData(TerminalSession.CtrlD, 0)]
    [InlineData(TerminalSession.CtrlC, 1)]
    public async Task Job_is_left_paused_without_an_answer_that_says_otherwise(string typed, int exitCode)
    {
        Pauses(JobState.Paused);
        await using var terminal = OnTerminal("cancel", "contacts");

        await terminal.SeesAsync("[l]eave paused");
        await terminal.TypesAsync("x\n");
        await terminal.SeesAsync("[l]eave paused");
        await terminal.TypesAsync(typed);

        Assert.Equal(exitCode, await terminal.EndsAsync());
        Assert.All(Coordinator.Requests, request => Assert.True(request is PauseJobRequest or GetPipelineRequest));
    }

    [Fact]
    public async Task Question_is_asked_again_when_the_answer_is_refused()
    {
        Pauses(JobState.Paused);
        Coordinator.On<CancelJobRequest>(request => request.PauseSchedule
            ? throw Refused.Plainly(StatusCode.Unimplemented, "Schedules are not there yet; nothing was done.")
            : new CancelJobResponse { Job = Examples.Job(JobState.Canceling), Sentence = "It will be Canceled." });
        await using var terminal = OnTerminal("cancel", "contacts", "--reason", "x");

        await terminal.SeesAsync("[l]eave paused");
        await terminal.TypesAsync("s\n");
        await terminal.SeesAsync("Schedules are not there yet; nothing was done.");
        await terminal.SeesAsync("[l]eave paused");
        await terminal.TypesAsync("c\n");

        Assert.Equal(0, await terminal.EndsAsync());
        // Another command, and so another key: the coordinator would refuse it under the same.
        Assert.Equal(2, Coordinator.All<CancelJobRequest>().Select(each => each.IdempotencyKey).Distinct().Count());
    }

    [Fact]
    public async Task Schedule_is_not_spoken_of_where_it_is_not_known()
    {
        Pauses(JobState.Paused);
        Coordinator.On<GetPipelineRequest>(_ => throw Refused.Plainly(StatusCode.Unimplemented, ""));
        await using var terminal = OnTerminal("cancel", "contacts");

        await terminal.SeesAsync("Paused at 8,400 of 80,000. [c]ancel");
        await terminal.TypesAsync("l\n");

        Assert.Equal(0, await terminal.EndsAsync());
    }

    [Fact]
    public async Task Next_run_with_another_version_is_told_of()
    {
        Pauses(JobState.Paused);
        Coordinator.On<GetPipelineRequest>(_ =>
        {
            var pipeline = Examples.Pipeline(schedule => schedule.NextRun = Timestamp.FromDateTimeOffset(NextRun.AddDays(1)));
            pipeline.Version = 3;
            return new GetPipelineResponse { Pipeline = pipeline };
        });
        await using var terminal = OnTerminal("cancel", "contacts");

        await terminal.SeesAsync($"The next run at {NextRun.AddDays(1):yyyy-MM-dd} 17:00 uses version 3 of the mapping, this job version 2.");
        await terminal.TypesAsync("l\n");
        await terminal.EndsAsync();
    }

    [Fact]
    public async Task Job_that_failed_can_be_canceled_though_it_cannot_be_paused()
    {
        Pauses(JobState.Paused);
        Coordinator.On<PauseJobRequest>(_ => throw Refused.By(new Refusal { Rule = Rule.State, Sentence = "Nothing of it is running.", JobId = Examples.JobId, JobState = JobState.Failed }));
        Coordinator.On<GetJobRequest>(_ => new GetJobResponse { Job = Examples.Job(JobState.Failed) });
        await using var terminal = OnTerminal("cancel", "contacts");

        await terminal.SeesAsync("Failed at 8,400 of 80,000.");
        await terminal.SeesAsync("[l]eave failed");
        await terminal.TypesAsync("c\n");
        await terminal.SeesAsync("Reason");
        await terminal.TypesAsync("\n");

        Assert.Equal(0, await terminal.EndsAsync());
        Assert.Single(Coordinator.All<CancelJobRequest>());
    }

    [Fact]
    public async Task Job_that_has_ended_is_refused_as_the_coordinator_says()
    {
        Coordinator.On<PauseJobRequest>(_ => throw Refused.By(new Refusal { Rule = Rule.Final, Sentence = "The job is Completed.", JobId = Examples.JobId, JobState = JobState.Completed }));
        await using var terminal = OnTerminal("cancel", "contacts");

        await terminal.SeesAsync("The job is Completed.");

        Assert.Equal(1, await terminal.EndsAsync());
    }

    [Fact]
    public async Task Force_acts_at_once_and_asks_for_the_reason_afterwards()
    {
        Pauses(JobState.Paused);
        await using var terminal = OnTerminal("cancel", "contacts", "--force");

        await terminal.SeesAsync("It will be Canceled.");
        await terminal.SeesAsync("Reason");
        await terminal.TypesAsync("nulls\n");

        Assert.Equal(0, await terminal.EndsAsync());
        var (first, second) = (Coordinator.All<CancelJobRequest>()[0], Coordinator.All<CancelJobRequest>()[1]);
        Assert.Equal((CancelMode.Force, ""), (first.Mode, first.Reason));
        Assert.Equal(new CancelJobRequest(first) { Reason = "nulls" }, second);
        Assert.Empty(Coordinator.All<PauseJobRequest>());
    }

    [Fact]
    public async Task Nothing_is_asked_with_yes()
    {
        Pauses(JobState.Paused);
        await using var terminal = OnTerminal("cancel", "contacts", "--yes");

        await terminal.SeesAsync("It will be Canceled.");

        Assert.Equal(0, await terminal.EndsAsync());
        Assert.True(Coordinator.All<CancelJobRequest>().Single().PauseFirst);
    }

    void Pauses(JobState into) => Coordinator
        .On<PauseJobRequest>(_ => new PauseJobResponse { Job = Examples.Job(into), Sentence = "It will be Paused.", Outcome = CommandOutcome.Accepted })
        .On<GetPipelineRequest>(_ => new GetPipelineResponse { Pipeline = Examples.Pipeline(schedule => schedule.NextRun = Timestamp.FromDateTimeOffset(NextRun)) })
        .On<CancelJobRequest>(_ => new CancelJobResponse { Job = Examples.Job(JobState.Canceling), Sentence = "It will be Canceled.", Outcome = CommandOutcome.Accepted });
}
