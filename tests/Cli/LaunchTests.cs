using Headgate.Cli.Tests.Running;
using Headgate.V1;

namespace Headgate.Cli.Tests;

/// <summary>What is asked on a terminal before a run is started.</summary>
public sealed class LaunchTests : CliTest
{
    const string SuccessorId = "0197a1b2-0000-7000-8000-000000000002";

    [Fact]
    public async Task Launch_on_a_terminal_is_confirmed_with_what_it_is_about_to_do()
    {
        Starts(new SyncNowResponse
        {
            Sentence = "It would run.",
            Estimate = new RunEstimate
            {
                Rows = 80_000,
                Destination = "postgres env:CRM",
                Objects = { new ObjectEstimate { Destination = "public.contacts", Rows = 80_000, FullRead = true } },
            },
        });
        await using var declined = OnTerminal("sync", "contacts");
        await declined.SeesAsync("public.contacts");
        await declined.SeesAsync("About 80,000 records to postgres env:CRM.");
        await declined.SeesAsync("Start a run of contacts? [y]es, [n]o");
        await declined.TypesAsync("n\n");

        Assert.Equal(1, await declined.EndsAsync());
        Assert.True(Assert.Single(Coordinator.All<SyncNowRequest>()).ValidateOnly);

        await using var accepted = OnTerminal("sync", "contacts");
        await accepted.SeesAsync("[y]es, [n]o");
        await accepted.TypesAsync("y\n");
        Assert.Equal(0, await accepted.EndsAsync());
        // Who has seen how much it reads, and has said yes, has said that it is meant.
        Assert.True(Coordinator.All<SyncNowRequest>()[^1] is { ValidateOnly: false, ConfirmFullLoad: true });
    }

    [Fact]
    public async Task Launch_that_was_shown_to_read_what_has_changed_confirms_no_full_load()
    {
        Starts(new SyncNowResponse { Sentence = "It would run.", Estimate = new RunEstimate { Objects = { new ObjectEstimate { Destination = "public.contacts", Rows = 12 } } } });
        await using var terminal = OnTerminal("sync", "contacts");
        await terminal.SeesAsync("[y]es, [n]o");
        await terminal.TypesAsync("y\n");

        Assert.Equal(0, await terminal.EndsAsync());
        Assert.True(Coordinator.All<SyncNowRequest>()[^1] is { ValidateOnly: false, ConfirmFullLoad: false });
    }

    [Theory]
    [InlineData("rollback")]
    [InlineData("replay")]
    public async Task Repair_that_nobody_can_be_asked_about_takes_a_yes(string verb)
    {
        var result = await RunAsync(verb, Examples.JobId);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("--yes", result.Error.Split("Next: ")[1], StringComparison.Ordinal);
        Assert.Empty(Coordinator.Requests);
    }

    [Fact]
    public async Task Launch_over_an_active_job_on_a_terminal_asks_whether_to_cancel_that_and_start()
    {
        Starts(new SyncNowResponse { Sentence = "It is active.", Estimate = new RunEstimate { Destination = "postgres env:CRM", ActiveJobId = Examples.JobId } });
        await using var terminal = OnTerminal("sync", "contacts");
        await terminal.SeesAsync($"Cancel job {Examples.JobId}, and start a run of contacts when it has ended? [y]es, [n]o");
        await terminal.TypesAsync("y\n");

        Assert.Equal(0, await terminal.EndsAsync());
        // What would be started is told before it is: it may delete rows.
        Assert.Equal(
            [(OnActiveJob.Refuse, true), (OnActiveJob.CancelAndStart, true), (OnActiveJob.CancelAndStart, false)],
            Coordinator.All<SyncNowRequest>().Select(request => (request.OnActiveJob, request.ValidateOnly)));
        // That one, and none that has come after it.
        Assert.Equal(["", "", Examples.JobId], Coordinator.All<SyncNowRequest>().Select(request => request.ActiveJobId));
    }

    [Fact]
    public async Task Launch_over_a_job_that_is_another_by_the_time_of_the_answer_is_refused_and_tells_which()
    {
        var refusal = new Refusal
        {
            Rule = Rule.ActiveJob,
            Sentence = $"Job {SuccessorId} of crm/contacts is Processing by now, and not job {Examples.JobId}, which was to be canceled; no run was started.",
            JobId = SuccessorId,
            JobState = JobState.Processing,
            WouldAccept = { Operation.CancelAndSyncNow },
        };
        Coordinator.On<SyncNowRequest>(request => request.ValidateOnly
            ? new SyncNowResponse { Sentence = "It is active.", Estimate = new RunEstimate { ActiveJobId = Examples.JobId } } : throw Refused.By(refusal));
        await using var terminal = OnTerminal("sync", "contacts");
        await terminal.SeesAsync("[y]es, [n]o");
        await terminal.TypesAsync("y\n");

        await terminal.SeesAsync($"Job {SuccessorId}");
        await terminal.SeesAsync("Next: headgate sync");
        Assert.Equal(1, await terminal.EndsAsync());
    }

    void Starts(SyncNowResponse answer) => Coordinator.On<SyncNowRequest>(_ => answer);
}
