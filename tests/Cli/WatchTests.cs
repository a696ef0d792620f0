using Google.Protobuf;
using Grpc.Core;
using Headgate.Cli.Tests.Running;
using Headgate.V1;

namespace Headgate.Cli.Tests;

public sealed class WatchTests : CliTest
{
    const string SuccessorId = "0197a1b2-0000-7000-8000-000000000002";

    [Fact]
    public async Task Watch_goes_on_where_the_stream_broke_off()
    {
        Coordinator.On<GetJobRequest>(_ => new GetJobResponse { Job = Examples.Job(JobState.Processing) });
        Coordinator.OnStream<WatchJobRequest>(async (request, send, _) =>
        {
            if (request.ResumeToken.Length == 0)
            {
                await send(new WatchJobResponse { Job = Examples.Job(JobState.Processing), ResumeToken = "1" });
                await send(new WatchJobResponse { ResumeToken = "2" });
                throw Refused.Plainly(StatusCode.Unavailable, "The server stops.");
            }

            await send(new WatchJobResponse { Job = Examples.Job(JobState.Completed, job => job.Counts.Written = 80_000), ResumeToken = "3" });
        });

        var result = await RunAsync("watch", "contacts", "-o", "json");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal(["", "2"], Coordinator.All<WatchJobRequest>().Select(request => request.ResumeToken));
        Assert.All(Coordinator.All<WatchJobRequest>(), request => Assert.Equal(Examples.JobId, request.Job.Id));
        var shown = result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(JsonParser.Default.Parse<WatchJobResponse>);
        Assert.Equal([JobState.Processing, JobState.Completed], shown.Select(each => each.Job.State));
    }

    [Theory]
    [InlineData(JobState.Completed, 0)]
    [InlineData(JobState.Canceled, 1)]
    [InlineData(JobState.Discarded, 1)]
    [InlineData(JobState.Failed, 1)]
    public async Task Sync_that_waits_succeeds_only_if_the_run_is_completed(JobState end, int exitCode)
    {
        Starts(new SyncNowResponse { Job = Examples.Job(JobState.Pending), Outcome = RunOutcome.Started, Sentence = "It starts." });
        Watching((_, _) => end);

        var result = await RunAsync("sync", "contacts", "--wait");

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains("It starts.", result.Out, StringComparison.Ordinal);
        Assert.Equal(exitCode == 1, result.Error.Contains($"The job is {end}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Sync_that_waits_ends_with_what_to_do_where_a_guard_holds_the_run()
    {
        Starts(new SyncNowResponse { Job = Examples.Job(JobState.Pending), Outcome = RunOutcome.Started });
        Coordinator.OnStream<WatchJobRequest>(async (_, send, context) =>
        {
            await send(new WatchJobResponse { Job = Examples.Job(JobState.Paused, job => job.Stop = new Stop { Cause = StopCause.Command }), ResumeToken = "1" });
            await send(new WatchJobResponse
            {
                Job = Examples.Job(JobState.Paused, job =>
                {
                    job.Stop = new Stop { Cause = StopCause.Guard, Reason = "Guard volume: 480,000 records, 6 times the usual." };
                    job.Accepts.Add(Operation.CancelJob);
                }),
                ResumeToken = "2",
            });
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        });

        var result = await RunAsync("sync", "contacts", "--wait");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("The job is Paused until somebody has looked. Guard volume: 480,000 records, 6 times the usual.", result.Error, StringComparison.Ordinal);
        Assert.Contains($"headgate resume {Examples.JobId} --pass-guards --reason TEXT", result.Error, StringComparison.Ordinal);
        Assert.Contains($"headgate cancel {Examples.JobId}", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sync_that_waits_for_its_turn_follows_its_own_run()
    {
        Starts(new SyncNowResponse { Job = Examples.Job(JobState.Pausing, job => job.SuccessorId = SuccessorId), Outcome = RunOutcome.Waiting });
        Watching((id, _) => id == SuccessorId ? JobState.Completed : JobState.Canceled);

        var result = await RunAsync("sync", "contacts", "--cancel-active", "--wait");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal([Examples.JobId, SuccessorId], Coordinator.All<WatchJobRequest>().Select(request => request.Job.Id));
    }

    [Fact]
    public async Task Sync_that_waits_for_its_turn_tells_where_the_pipeline_took_no_more_runs()
    {
        Starts(new SyncNowResponse { Job = Examples.Job(JobState.Pausing, job => job.SuccessorId = SuccessorId), Outcome = RunOutcome.Waiting });
        Coordinator.OnStream<WatchJobRequest>(async (request, send, _) =>
        {
            if (request.Job.Id == SuccessorId) throw Refused.Plainly(StatusCode.NotFound, "There is no such job.");
            await send(new WatchJobResponse { Job = Examples.Job(JobState.Canceled), ResumeToken = "1" });
        });

        var result = await RunAsync("sync", "contacts", "--cancel-active", "--wait");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("The run that waited was not started", result.Error, StringComparison.Ordinal);
        Assert.Contains("pipelines show", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Steps_of_a_resync_are_listed_with_the_job()
    {
        Coordinator.On<GetJobRequest>(_ => new GetJobResponse
        {
            Job = Examples.Job(JobState.Processing, job => job.Tasks.AddRange(
            [
                new JobTask { Kind = JobTaskKind.EndActiveJob, State = JobTaskState.Skipped, Detail = "No job was active." },
                new JobTask { Kind = JobTaskKind.LoadRecords, State = JobTaskState.Running },
            ])),
        });

        var lines = (await RunAsync("jobs", "show", Examples.JobId)).Out.Split('\n');

        Assert.Contains(lines, line => line.Contains("end-active-job", StringComparison.Ordinal) && line.Contains("No job was active.", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("load-records", StringComparison.Ordinal) && line.Contains("running", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("s\n", 0)]
    [InlineData(TerminalSession.CtrlC, 1)]
    public async Task Interrupt_asks_whether_to_stop_watching_and_a_second_one_leaves(string typed, int exitCode)
    {
        Coordinator.On<GetJobRequest>(_ => new GetJobResponse { Job = Examples.Job(JobState.Processing) });
        Coordinator.OnStream<WatchJobRequest>(async (_, send, context) =>
        {
            await send(new WatchJobResponse { Job = Examples.Job(JobState.Processing), ResumeToken = "1" });
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        });
        await using var terminal = OnTerminal("watch", "contacts");

        await terminal.SeesAsync("8,400 of 80,000");
        await terminal.TypesAsync(TerminalSession.CtrlC);
        await terminal.SeesAsync("[s]top watching, [c]ancel the job, [g]o on watching");
        await terminal.TypesAsync("g\n");
        await terminal.SeesAsync("8,400 of 80,000");
        await terminal.TypesAsync(TerminalSession.CtrlC);
        await terminal.SeesAsync("[s]top watching");
        await terminal.TypesAsync(typed);

        Assert.Equal(exitCode, await terminal.EndsAsync());
        // At once: nothing is wound up, and nothing said of it.
        Assert.DoesNotContain("headgate: left", terminal.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_drawn_over_cannot_command_the_terminal_either()
    {
        Coordinator.On<GetJobRequest>(_ => new GetJobResponse { Job = Examples.Job(JobState.Pausing) });
        Coordinator.OnStream<WatchJobRequest>(async (_, send, _) =>
            await send(new WatchJobResponse { Job = Examples.Job(JobState.Pausing, job => job.WaitingFor = "a\u001b]0;title\u0007"), ResumeToken = "1" }));
        await using var terminal = OnTerminal("watch", "contacts");

        await terminal.SeesAsync(@"a\x1b]0;title\x07");

        Assert.Equal(0, await terminal.EndsAsync());
        Assert.DoesNotContain("\u001b]", terminal.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Interrupt_of_a_sync_that_waits_can_cancel_the_job()
    {
        var canceled = new TaskCompletionSource();
        Starts(new SyncNowResponse { Job = Examples.Job(JobState.Pending), Outcome = RunOutcome.Started });
        Coordinator.On<PauseJobRequest>(_ => new PauseJobResponse { Job = Examples.Job(JobState.Paused) });
        Coordinator.On<CancelJobRequest>(_ =>
        {
            canceled.SetResult();
            return new CancelJobResponse { Job = Examples.Job(JobState.Canceling) };
        });
        Coordinator.OnStream<WatchJobRequest>(async (_, send, _) =>
        {
            await send(new WatchJobResponse { Job = Examples.Job(JobState.Processing), ResumeToken = "1" });
            await canceled.Task;
            await send(new WatchJobResponse { Job = Examples.Job(JobState.Canceled), ResumeToken = "2" });
        });
        await using var terminal = OnTerminal("sync", "contacts", "--wait", "--yes", "--reason", "wrong");

        await terminal.SeesAsync("Processing");
        await terminal.TypesAsync(TerminalSession.CtrlC);
        await terminal.SeesAsync("[c]ancel the job");
        await terminal.TypesAsync("c\n");
        await terminal.SeesAsync("Paused at 8,400 of 80,000.");
        await terminal.TypesAsync("c\n");
        await terminal.SeesAsync("The job is Canceled.");

        Assert.Equal(1, await terminal.EndsAsync());
        Assert.Equal(Examples.JobId, Coordinator.All<CancelJobRequest>().Single().Job.Id);
    }

    [Fact]
    public async Task List_is_watched_as_it_changes()
    {
        Coordinator.OnStream<WatchJobsRequest>(async (request, send, context) =>
        {
            if (request.ResumeToken.Length > 0)
            {
                await send(new WatchJobsResponse { RemovedIds = { Examples.JobId }, CaughtUp = true, ResumeToken = "2" });
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
            }

            await send(new WatchJobsResponse { Reset = true, Jobs = { Examples.Job(JobState.Processing) }, CaughtUp = true, ResumeToken = "1" });
            throw Refused.Plainly(StatusCode.Unavailable, "The server stops.");
        });
        await using var terminal = OnTerminal("watch", "--state", "processing");

        await terminal.SeesAsync("Processing");
        await terminal.SeesAsync("No jobs.");
        await terminal.TypesAsync(TerminalSession.CtrlC);
        await terminal.SeesAsync("[s]top watching, [g]o on watching");
        await terminal.TypesAsync("s\n");

        Assert.Equal(0, await terminal.EndsAsync());
        Assert.Equal(["", "1"], Coordinator.All<WatchJobsRequest>().Select(request => request.ResumeToken));
        Assert.Equal(JobState.Processing, Coordinator.All<WatchJobsRequest>()[0].Filter.States.Single());
    }

    [Fact]
    public async Task Changes_are_read_on_where_the_stream_broke_off()
    {
        Coordinator.OnStream<ListChangesRequest>(async (request, send, _) =>
        {
            await send(new ListChangesResponse { Changes = { Changed(request.ResumeToken.Length == 0 ? 1 : 2) }, ResumeToken = "1" });
            if (request.ResumeToken.Length == 0) throw Refused.Plainly(StatusCode.Unavailable, "The server stops.");
        });

        var result = await RunAsync("changes", $"id:{Examples.JobId}");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(
            """
            1  update  public.contacts  id=1  email: "old" -> null
            2  update  public.contacts  id=2  email: "old" -> null

            """,
            result.Out);
    }

    void Starts(SyncNowResponse answer) => Coordinator.On<SyncNowRequest>(_ => answer);

    void Watching(Func<string, int, JobState> state) => Coordinator.OnStream<WatchJobRequest>(async (request, send, context) =>
    {
        await send(new WatchJobResponse { Job = Examples.Job(JobState.Processing, job => job.Id = request.Job.Id), ResumeToken = "1" });
        var end = state(request.Job.Id, 0);
        await send(new WatchJobResponse { Job = Examples.Job(end, job => job.Id = request.Job.Id), ResumeToken = "2" });
        // Of Failed the stream does not end: it may go on.
        if (end == JobState.Failed) await Task.Delay(Timeout.Infinite, context.CancellationToken);
    });

    static RecordChange Changed(int id) => new()
    {
        Sequence = id,
        Operation = ChangeOperation.Update,
        Object = "public.contacts",
        Key = new RecordKey { Values = { ["id"] = $"{id}" } },
        Fields = { new FieldChange { Field = "email", Before = "old" } },
    };
}
