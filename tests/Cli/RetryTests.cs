using Google.Protobuf;
using Grpc.Core;
using Headgate.Cli.Tests.Running;
using Headgate.V1;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Headgate.Cli.Tests;

public sealed class RetryTests : CliTest
{
    [Fact]
    public async Task Command_is_repeated_as_it_is_while_the_coordinator_is_unavailable()
    {
        var tries = 0;
        Coordinator.On<PauseJobRequest>(_ => ++tries < 3
            ? throw Refused.Plainly(StatusCode.Unavailable, "The state database does not answer.")
            : new PauseJobResponse { Job = Examples.Job(JobState.Pausing), Sentence = "It will be Paused." });

        var result = await RunAsync("pause", "contacts");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(3, Coordinator.Requests.Count);
        Assert.Single(Coordinator.Requests.Distinct());
        Assert.True(Guid.TryParse(Coordinator.All<PauseJobRequest>()[0].IdempotencyKey, out _));
    }

    [Fact]
    public async Task Command_that_stays_unanswered_is_given_up_with_how_to_repeat_it()
    {
        Coordinator.On<PauseJobRequest>(_ => throw Refused.Plainly(StatusCode.Unavailable, "No answer."));

        var result = await RunAsync("pause", "contacts");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(4, Coordinator.Requests.Count);
        Assert.Contains($"Next: headgate pause contacts --idempotency-key {Coordinator.All<PauseJobRequest>()[0].IdempotencyKey}\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_that_does_not_come_is_waited_for_no_longer_than_told()
    {
        Coordinator.On<ListJobsRequest>(async (_, context) =>
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
            return new ListJobsResponse();
        });

        var result = await RunAsync("jobs", "--timeout", "0.5");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("has not answered within 0.5 s", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\tb")]
    [InlineData("ü")]
    [InlineData(null)]
    public async Task Key_that_is_none_is_refused_and_not_replaced(string? key)
    {
        var result = await RunAsync("pause", "contacts", "--idempotency-key", key ?? new string('k', 129));

        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.StartsWith("headgate: --idempotency-key is 1 to 128 printable ASCII characters.\n", result.Error, StringComparison.Ordinal);
        Assert.Empty(Coordinator.Requests);
    }

    [Fact]
    public async Task Command_that_reached_nobody_is_given_up_with_how_to_repeat_it()
    {
        (string, string?)[] nowhere = [("HEADGATE_SERVER", "http://127.0.0.1:1")];

        var own = await RunAsync(nowhere, "pause", "contacts");
        var given = await RunAsync(nowhere, "pause", "contacts", "--idempotency-key", "k1");
        var query = await RunAsync(nowhere, "jobs");

        Assert.Matches("\nNext: headgate pause contacts --idempotency-key [0-9a-f-]{36}\n$", own.Error);
        Assert.EndsWith("\nNext: headgate pause contacts --idempotency-key k1\n", given.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Next: ", query.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Command_whose_answer_was_lost_with_the_connection_is_given_up_with_how_to_repeat_it()
    {
        Coordinator.On<PauseJobRequest>((_, context) =>
        {
            context.GetHttpContext().Features.GetRequiredFeature<IConnectionLifetimeFeature>().Abort();
            return Task.FromResult<IMessage>(new PauseJobResponse());
        });

        var result = await RunAsync("pause", "contacts");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"\nNext: headgate pause contacts --idempotency-key {Coordinator.All<PauseJobRequest>()[0].IdempotencyKey}\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_invocation_has_a_key_of_its_own()
    {
        Coordinator.On<PauseJobRequest>(_ => new PauseJobResponse { Job = Examples.Job(JobState.Paused) });

        await RunAsync("pause", "contacts");
        await RunAsync("pause", "contacts");

        Assert.Equal(2, Coordinator.All<PauseJobRequest>().Select(each => each.IdempotencyKey).Distinct().Count());
    }
}
