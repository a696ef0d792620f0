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
    public async Task Refusal_over_a_job_that_a_guard_holds_names_the_ways_out()
    {
        Coordinator.On<SyncNowRequest>(_ => throw Refused.By(new Refusal
        {
            Rule = Rule.PipelineTakesNoRuns,
            Sentence = "Its resync is held.",
            JobId = Examples.JobId,
            JobState = JobState.Paused,
            PipelineState = PipelineState.Resyncing,
            Held = true,
            WouldAccept = { Operation.ResumeJob, Operation.CancelJob, Operation.ApplyPipeline },
        }));

        var result = await RunAsync("sync", "contacts");

        Assert.Contains(
            $"Next: headgate resume {Examples.JobId} --pass-guards --reason TEXT\n      headgate cancel {Examples.JobId} --yes\n", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(@"a=nl\nx\r\ty,b=8\,\\n", "nl\nx\r\ty", @"8,\n")]
    [InlineData(@"a=\x07\u202e,b=\=\q\x7", "\u0007\u202e", "=qx7")]
    public async Task Key_is_typed_as_it_is_shown(string typed, string a, string b)
    {
        RollbackJobRequest? asked = null;
        Coordinator.On<RollbackJobRequest>(request =>
        {
            asked = request;
            throw Refused.By(new Refusal { Rule = Rule.ActiveJob, Sentence = "Another job is active.", JobId = Examples.JobId });
        });

        await RunAsync("rollback", $"id:{Examples.RequestId}", "--yes", "--key", typed);

        var key = Assert.Single(asked!.Keys).Values;
        Assert.Equal((a, b), (key["a"], key["b"]));
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

        var result = await RunAsync("rollback", $"id:{Examples.RequestId}", "--yes");

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
    [InlineData("jobs --page-size", "99999999999", "--page-size is a whole number from 0 to 1,000")]
    [InlineData("jobs --page-size", "1001", "--page-size is a whole number from 0 to 1,000")]
    [InlineData("jobs --page-size", "-1", "--page-size is a whole number from 0 to 1,000")]
    [InlineData("dry-run contacts -n", "many", "--sample-size is a whole number from 0 to 10,000")]
    [InlineData("apply -f p.yaml --expected-version", "1.5", "--expected-version is a whole number from 0 to 2,147,483,647")]
    [InlineData("pipelines show contacts --file-version", "x", "--file-version is a whole number from 0 to 2,147,483,647")]
    [InlineData("changes contacts --attempt", "x", "--attempt is a whole number from 0 to 2,147,483,647")]
    [InlineData("rejected contacts --attempt", "x", "--attempt is a whole number from 0 to 2,147,483,647")]
    [InlineData("changes contacts --limit", "1e3", "--limit is a whole number from 0 to 9,223,372,036,854,775,807")]
    [InlineData("rate contacts -n", "-5", "--max-rows-per-second is a whole number from 0 to 1,000,000,000")]
    public async Task Number_that_an_option_does_not_take_is_told_with_those_it_takes(string line, string number, string told)
    {
        var result = await RunAsync($"{line}={number}".Split(' '));

        Assert.Equal((2, $"headgate: {told}, not \"{number}\"."), (result.ExitCode, result.Error.Split('\n')[0]));
        Assert.Empty(Coordinator.Requests);
    }

    [Fact]
    public async Task File_that_is_not_there_is_named_once()
    {
        Assert.Equal(new CliResult(1, "", "headgate: /nonexistent is not there.\n"), await RunAsync("apply", "-f", "/nonexistent"));
        Assert.Equal(new CliResult(1, "", "headgate: The key file /nonexistent/key is not there.\n"), await RunAsync("jobs", "--key-file", "/nonexistent/key"));
        Assert.Equal(new CliResult(1, "", $"headgate: The key file {Home} is a folder.\n"), await RunAsync("jobs", "--key-file", Home));
    }

    [Fact]
    public async Task Only_of_a_command_is_told_that_it_may_still_take_effect()
    {
        Coordinator.On<ListJobsRequest>(Silent<ListJobsRequest>).On<PauseJobRequest>(Silent<PauseJobRequest>).On<ApplyPipelineRequest>(Silent<ApplyPipelineRequest>);

        var read = await RunAsync("jobs", "--timeout", "0.3");
        var preview = await RunAsync("apply", "-f", Write("p.yaml", "x"), "--validate-only", "--timeout", "0.3");
        var command = await RunAsync("pause", "contacts", "--timeout", "0.3");

        Assert.Equal($"headgate: {Coordinator.Address} has not answered within 0.3 s (--timeout).\n", read.Error);
        Assert.DoesNotContain("take effect", preview.Error, StringComparison.Ordinal);
        Assert.StartsWith(
            $"headgate: {Coordinator.Address} has not answered within 0.3 s (--timeout); what was commanded may still take effect.\n", command.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Command_that_was_refused_does_not_take_effect()
    {
        Coordinator.On<PauseJobRequest>(_ => throw Refused.By(new Refusal { JobId = Examples.JobId, JobState = JobState.Failed })).On<GetJobRequest>(Silent<GetJobRequest>);
        await using var terminal = OnTerminal("cancel", "contacts", "--timeout", "1");

        await terminal.SeesAsync("(--timeout).");

        Assert.Equal(1, await terminal.EndsAsync());
    }

    static async Task<Google.Protobuf.IMessage> Silent<T>(T request, ServerCallContext context)
    {
        await Task.Delay(Timeout.Infinite, context.CancellationToken);
        return new ListJobsResponse();
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
