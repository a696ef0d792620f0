using Grpc.Core;
using Headgate.Cli.Tests.Running;
using Headgate.V1;

namespace Headgate.Cli.Tests;

/// <summary>`dry-run --wait`: what is shown of records once it is over.</summary>
public sealed class DryRunWaitTests : CliTest
{
    [Fact]
    public async Task Dry_run_that_waits_shows_a_few_records_of_each_field_and_how_all_are_seen()
    {
        var found = new DryRunSummary { Objects = { new DryRunObject { Object = "public.contacts", Compared = 9, Inserts = 1, Updates = 8, Fields = { new DryRunField { Field = "email", Changed = 8 } } } } };
        Coordinator.On<DryRunRequest>(_ => new DryRunResponse { Job = Examples.Job(JobState.Pending) });
        Completes();
        Coordinator.On<GetJobRequest>(_ => new GetJobResponse { Job = Examples.Job(JobState.Completed, job => (job.Kind, job.DryRun) = (JobKind.DryRun, found)) });
        Coordinator.OnStream<ListChangesRequest>(async (_, send, _) => await send(new ListChangesResponse
        {
            Changes = { Enumerable.Range(1, 8).Select(id => WouldBe(id, id == 2 ? new string('x', 1000) : "new")), Added(9) },
            ResumeToken = "1",
        }));

        var result = await RunAsync("dry-run", "contacts", "--wait");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Matches("email +id=1 +\"old1\" +\"new\"", result.Out);
        Assert.Matches("email +id=2 +\"old2\" +\"x{50,70}\\.\\.\\.", result.Out);
        Assert.Contains("id=3", result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("id=4", result.Out, StringComparison.Ordinal);
        Assert.Matches("\\(new\\) +id=9 +email: \"new\"", result.Out);
        Assert.Contains($"9 records are kept to be shown whole: headgate changes {Examples.JobId}", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dry_run_whose_records_cannot_be_shown_has_found_what_it_has_found()
    {
        var found = new DryRunSummary { Objects = { new DryRunObject { Object = "public.contacts", Compared = 9, Updates = 9 } } };
        Coordinator.On<DryRunRequest>(_ => new DryRunResponse { Job = Examples.Job(JobState.Pending) });
        Completes();
        Coordinator.On<GetJobRequest>(_ => new GetJobResponse { Job = Examples.Job(JobState.Completed, job => (job.Kind, job.DryRun) = (JobKind.DryRun, found)) });
        Coordinator.OnStream<ListChangesRequest>((_, _, _) => throw Refused.Plainly(StatusCode.FailedPrecondition, "They are gone."));

        var result = await RunAsync("dry-run", "contacts", "--wait");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("No records are shown: They are gone.", result.Error, StringComparison.Ordinal);
    }

    void Completes() => Coordinator.OnStream<WatchJobRequest>((request, send, _) =>
        send(new WatchJobResponse { Job = Examples.Job(JobState.Completed, job => (job.Id, job.Kind) = (request.Job.Id, JobKind.DryRun)), ResumeToken = "1" }));

    static RecordChange WouldBe(int id, string after) => With(id, ChangeOperation.Update, new FieldChange { Field = "email", Before = $"old{id}", After = after });

    static RecordChange Added(int id) => With(id, ChangeOperation.Insert, new FieldChange { Field = "email", After = "new" });

    static RecordChange With(int id, ChangeOperation operation, FieldChange field) => new()
    {
        Sequence = id,
        Operation = operation,
        Object = "public.contacts",
        Key = new RecordKey { Values = { ["id"] = $"{id}" } },
        Fields = { field },
    };
}
