using Google.Protobuf;
using Grpc.Core;
using Headgate.Cli.Tests.Running;
using Headgate.V1;

namespace Headgate.Cli.Tests;

/// <summary>Once a cancel was sent, nothing that is said afterwards sounds as if there were none.</summary>
public sealed class CancelLeftTests : CliTest
{
    readonly TaskCompletionSource _isSent = new();

    [Theory]
    [InlineData("--pause-schedule")]
    [InlineData("--force")]
    public async Task Cancel_stands_whose_reason_is_left(string option)
    {
        Pauses();
        await using var terminal = OnTerminal("cancel", "contacts", option);

        if (option != "--force") await AnswersAsync(terminal);
        await terminal.SeesAsync("It will be Canceled.");
        await terminal.SeesAsync("Reason");
        await terminal.TypesAsync(TerminalSession.CtrlC);
        await terminal.SeesAsync("headgate: left without a reason; the command stands.");

        Assert.Equal(0, await terminal.EndsAsync());
        Assert.DoesNotContain("without a cancel", terminal.Screen, StringComparison.Ordinal);
        Assert.Single(Coordinator.All<CancelJobRequest>());
    }

    [Fact]
    public async Task Cancel_stands_whose_reason_is_refused()
    {
        Pauses();
        Coordinator.On<CancelJobRequest>(request => request.Reason.Length == 0
            ? new CancelJobResponse { Job = Examples.Job(JobState.Canceling), Sentence = "It will be Canceled." }
            : throw Refused.Plainly(StatusCode.InvalidArgument, "Too long\u001b."));
        await using var terminal = OnTerminal("cancel", "contacts");

        await AnswersAsync(terminal);
        await terminal.SeesAsync("Reason");
        await terminal.TypesAsync("wrong\n");
        await terminal.SeesAsync(@"headgate: the command stands, and its reason was not kept: Too long\x1b.");

        Assert.Equal(0, await terminal.EndsAsync());
    }

    [Fact]
    public async Task Cancel_that_is_left_before_its_answer_may_still_take_effect()
    {
        Pauses();
        DoesNotAnswer();
        await using var terminal = OnTerminal("cancel", "contacts");

        await AnswersAsync(terminal);
        await _isSent.Task;
        await terminal.TypesAsync(TerminalSession.CtrlC);
        await terminal.SeesAsync("headgate: left; the cancel was sent, and may still take effect.");

        Assert.Equal(1, await terminal.EndsAsync());
    }

    [Fact]
    public async Task Job_that_was_canceled_while_it_was_watched_is_not_said_to_go_on()
    {
        Pauses();
        Watches();
        await using var terminal = OnTerminal("sync", "contacts", "--wait", "--yes", "--reason", "wrong");

        await CancelsAsync(terminal);
        await terminal.SeesAsync("It will be Canceled.");
        await terminal.SeesAsync("Processing");
        await terminal.TypesAsync(TerminalSession.CtrlC);
        await terminal.SeesAsync("[s]top watching");
        await terminal.TypesAsync("s\n");
        await terminal.SeesAsync("headgate: left; what was commanded before may still take effect.");

        Assert.Equal(1, await terminal.EndsAsync());
        Assert.DoesNotContain("the run goes on", terminal.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_that_nobody_canceled_goes_on_when_watching_ends()
    {
        Watches();
        await using var terminal = OnTerminal("sync", "contacts", "--wait", "--yes");

        await terminal.SeesAsync("Processing");
        await terminal.TypesAsync(TerminalSession.CtrlC);
        await terminal.SeesAsync("[s]top watching");
        await terminal.TypesAsync("s\n");
        await terminal.SeesAsync("headgate: left; the run goes on.");

        Assert.Equal(1, await terminal.EndsAsync());
    }

    [Fact]
    public async Task Watching_that_is_left_with_the_reason_takes_nothing_back()
    {
        Pauses();
        Watches();
        await using var terminal = OnTerminal("sync", "contacts", "--wait", "--yes");

        await CancelsAsync(terminal);
        await terminal.SeesAsync("Reason");
        await terminal.TypesAsync(TerminalSession.CtrlC);

        // It is the second Ctrl-C, which leaves at once.
        Assert.Equal(1, await terminal.EndsAsync());
        Assert.Contains("It will be Canceled.", terminal.Screen, StringComparison.Ordinal);
        Assert.DoesNotContain("headgate: left", terminal.Screen, StringComparison.Ordinal);
    }

    static async Task AnswersAsync(TerminalSession terminal)
    {
        await terminal.SeesAsync("[l]eave paused");
        await terminal.TypesAsync("c\n");
    }

    static async Task CancelsAsync(TerminalSession terminal)
    {
        await terminal.SeesAsync("Processing");
        await terminal.TypesAsync(TerminalSession.CtrlC);
        await terminal.SeesAsync("[c]ancel the job");
        await terminal.TypesAsync("c\n");
        await AnswersAsync(terminal);
    }

    void Pauses() => Coordinator
        .On<PauseJobRequest>(_ => new PauseJobResponse { Job = Examples.Job(JobState.Paused) })
        .On<CancelJobRequest>(_ => new CancelJobResponse { Job = Examples.Job(JobState.Canceling), Sentence = "It will be Canceled." });

    void Watches() => Coordinator
        .On<SyncNowRequest>(_ => new SyncNowResponse { Job = Examples.Job(JobState.Pending), Outcome = RunOutcome.Started })
        .OnStream<WatchJobRequest>(async (_, send, context) =>
        {
            await send(new WatchJobResponse { Job = Examples.Job(JobState.Processing), ResumeToken = "1" });
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        });

    void DoesNotAnswer() => Coordinator.On<CancelJobRequest>(async (_, context) =>
    {
        _isSent.TrySetResult();
        await Task.Delay(Timeout.Infinite, context.CancellationToken);
        return (IMessage)new CancelJobResponse();
    });
}
