using System.Text.Json;
using Grpc.Core;
using Headgate.Cli.Tests.Running;
using Headgate.V1;

namespace Headgate.Cli.Tests;

public sealed class ErrorTests : CliTest
{
    static readonly Refusal PauseFirst = new()
    {
        Rule = Rule.PauseFirst,
        Sentence = "The job is Processing: a launched job is paused first.",
        JobId = Examples.JobId,
        JobState = JobState.Processing,
        WouldAccept = { Operation.PauseAndCancelJob, Operation.ForceCancelJob, Operation.SetJobRate },
    };

    [Fact]
    public async Task Refusal_is_a_sentence_and_what_to_type_instead()
    {
        Coordinator.On<RestartJobRequest>(_ => throw Refused.By(PauseFirst));

        var result = await RunAsync("restart", "contacts", "--project", "crm");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(
            """
            headgate: The job is Processing: a launched job is paused first.
            Next: headgate cancel contacts --pause-first --project crm
                  headgate cancel contacts --force --project crm
                  headgate rate contacts --max-rows-per-second RECORDS --project crm

            """,
            result.Error);
    }

    [Fact]
    public async Task Refusal_over_another_job_names_that_one()
    {
        Coordinator.On<SyncNowRequest>(_ => throw Refused.By(new Refusal
        {
            Rule = Rule.ActiveJob,
            Sentence = "A job is active.",
            JobId = Examples.JobId,
            JobState = JobState.Processing,
            WouldAccept = { Operation.CancelAndSyncNow, Operation.PauseJob },
        }));

        var result = await RunAsync("sync", "contacts");

        Assert.Contains($"Next: headgate sync contacts --cancel-active\n      headgate pause {Examples.JobId}\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusal_over_another_job_than_the_one_that_was_named_names_that_one()
    {
        Coordinator.On<RollbackJobRequest>(_ => throw Refused.By(new Refusal
        {
            Rule = Rule.ActiveJob,
            Sentence = "Another job is active.",
            JobId = Examples.JobId,
            WouldAccept = { Operation.PauseJob },
        }));

        var result = await RunAsync("rollback", $"id:{Examples.RequestId}");

        Assert.Contains($"Next: headgate pause {Examples.JobId}\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusal_for_records_in_doubt_says_how_to_accept_them()
    {
        Coordinator.On<CancelJobRequest>(_ => throw Refused.By(new Refusal
        {
            Rule = Rule.AcceptInDoubt,
            Sentence = "200 records are in flight.",
            JobId = Examples.JobId,
            WouldAccept = { Operation.ForceCancelJob },
        }));

        var result = await RunAsync("cancel", "contacts", "--force");

        Assert.Contains("Next: headgate cancel contacts --force --accept-in-doubt\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_fields_are_told_one_a_line()
    {
        var path = Write("p.yaml", "x");
        Coordinator.On<ApplyPipelineRequest>(_ => throw Refused.Fields(("p.yaml:12:7 spec.objects[0].key", "Missing."), ("p.yaml:14:3", "Unknown key.")));

        var result = await RunAsync("apply", "-f", path);

        Assert.Equal(
            (1, "headgate: p.yaml:12:7 spec.objects[0].key: Missing.\nheadgate: p.yaml:14:3: Unknown key.\n"), (result.ExitCode, result.Error));
    }

    [Fact]
    public async Task Programs_get_errors_as_one_json_object()
    {
        Coordinator.On<PauseJobRequest>(_ => throw Refused.By(PauseFirst)).On<ListJobsRequest>(_ => throw Refused.Fields(("page_token", "Not one of ours.")));

        var refused = Error(await RunAsync("pause", "contacts", "-o", "json"));
        var wrong = Error(await RunAsync("jobs", "-o", "json"));
        var usage = Error(await RunAsync("jobs", "-o", "json", "--frobnicate"));

        Assert.Equal("FAILED_PRECONDITION", refused.GetProperty("code").GetString());
        Assert.Equal("headgate cancel contacts --pause-first", refused.GetProperty("next")[0].GetString()![..38]);
        Assert.Equal("RULE_PAUSE_FIRST", refused.GetProperty("refusal").GetProperty("rule").GetString());
        Assert.Equal("page_token", wrong.GetProperty("violations")[0].GetProperty("field").GetString());
        Assert.Equal("USAGE", usage.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Address_at_which_nobody_listens_is_told_with_how_to_configure_it()
    {
        var result = await RunAsync([("HEADGATE_SERVER", "http://127.0.0.1:1")], "jobs");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("No coordinator answers at http://127.0.0.1:1: the connection is refused", result.Error, StringComparison.Ordinal);
        Assert.Contains("HEADGATE_SERVER", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(StatusCode.Unauthenticated, "The key is not accepted.", "--key-file")]
    [InlineData(StatusCode.PermissionDenied, "PauseJob takes role OPERATOR.", "takes role OPERATOR")]
    [InlineData(StatusCode.NotFound, "crm/contacts has no active job.", "has no active job")]
    [InlineData(StatusCode.ResourceExhausted, "Too many calls.", "Too many calls.")]
    public async Task Other_answers_are_told_as_they_are(StatusCode code, string sentence, string told)
    {
        Coordinator.On<PauseJobRequest>(_ => throw Refused.Plainly(code, sentence));

        var result = await RunAsync("pause", "contacts");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(told, result.Error, StringComparison.Ordinal);
        Assert.Single(Coordinator.Requests);
    }

    static JsonElement Error(CliResult result)
    {
        Assert.Equal("", result.Out);
        return JsonDocument.Parse(Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries))).RootElement.GetProperty("error");
    }
}
