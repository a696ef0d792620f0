using Headgate.Cli.Tests.Running;
using Headgate.V1;

namespace Headgate.Cli.Tests;

/// <summary>Where force would leave records in doubt, a person is told how many and asked before it acts.</summary>
public sealed class DoubtOnTerminalTests : CliTest
{
    [Theory]
    [InlineData("cancel", "--force")]
    [InlineData("discard", "--yes")]
    public async Task Records_in_doubt_are_told_and_accepted_by_whoever_says_yes(string verb, string option)
    {
        Refuses();
        await using var terminal = OnTerminal(verb, "contacts", option, "--reason", "nulls");

        await terminal.SeesAsync("Refused: up to 200 records may be in flight.");
        await terminal.SeesAsync("Leave them in doubt? [y]es, [n]o");
        Assert.Single(Sent());
        await terminal.TypesAsync("y\n");
        await terminal.SeesAsync("It will be ended.");

        Assert.Equal(0, await terminal.EndsAsync());
        Assert.Equal([(false, "nulls"), (true, "nulls")], Sent().Select(sent => (sent.Accepts, sent.Reason)));
        // What was refused under the one key had another content.
        Assert.Equal(2, Sent().Select(sent => sent.Key).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Nothing_more_is_sent_for_whoever_says_no()
    {
        Refuses();
        await using var terminal = OnTerminal("cancel", "contacts", "--force");

        await terminal.SeesAsync("Leave them in doubt?");
        await terminal.TypesAsync("n\n");

        Assert.Equal(1, await terminal.EndsAsync());
        Assert.Single(Sent());
    }

    [Fact]
    public async Task Reason_that_comes_afterwards_is_of_the_command_that_was_accepted()
    {
        Refuses();
        await using var terminal = OnTerminal("cancel", "contacts", "--force");

        await terminal.SeesAsync("Leave them in doubt?");
        await terminal.TypesAsync("y\n");
        await terminal.SeesAsync("Reason");
        await terminal.TypesAsync("nulls\n");

        Assert.Equal(0, await terminal.EndsAsync());
        Assert.Equal(new CancelJobRequest(Coordinator.All<CancelJobRequest>()[1]) { Reason = "nulls" }, Coordinator.All<CancelJobRequest>()[2]);
    }

    [Fact]
    public async Task Nobody_is_asked_where_the_command_line_says_it()
    {
        Refuses();

        var result = await RunAsync("cancel", "contacts", "--force", "--accept-in-doubt");

        Assert.Equal((0, true), (result.ExitCode, Assert.Single(Sent()).Accepts));
    }

    List<(bool Accepts, string Reason, string Key)> Sent() =>
    [
        .. Coordinator.All<CancelJobRequest>().Select(request => (request.AcceptInDoubt, request.Reason, request.IdempotencyKey)),
        .. Coordinator.All<DiscardJobRequest>().Select(request => (request.AcceptInDoubt, request.Reason, request.IdempotencyKey)),
    ];

    void Refuses()
    {
        var refusal = new Refusal
        {
            Rule = Rule.AcceptInDoubt,
            Sentence = "Refused: up to 200 records may be in flight.",
            JobId = Examples.JobId,
            JobState = JobState.Processing,
            WouldAccept = { Operation.ForceCancelJob, Operation.DiscardJob },
        };
        var job = Examples.Job(JobState.Canceling);
        Coordinator
            .On<CancelJobRequest>(request => request.AcceptInDoubt
                ? new CancelJobResponse { Job = job, Sentence = "It will be ended.", Outcome = CommandOutcome.Accepted } : throw Refused.By(refusal))
            .On<DiscardJobRequest>(request => request.AcceptInDoubt
                ? new DiscardJobResponse { Job = job, Sentence = "It will be ended.", Outcome = CommandOutcome.Accepted } : throw Refused.By(refusal));
    }
}
