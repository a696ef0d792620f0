using System.Text.Json;
using Headgate.Hosting.Bus;
using Headgate.UpstreamEvents.Tests.Running;

namespace Headgate.UpstreamEvents.Tests;

/// <summary>The programs in examples/events, as they stand there, against a whole Headgate; and what it shows of their events.</summary>
public sealed class ExampleTests(ExampleBench bench) : IClassFixture<ExampleBench>
{
    const string Python = "/usr/bin/python3";
    const string GetPython = "apt-get install python3 python3-pika";
    const string GetNode = "install Node.js 20 or newer with npm (apt-get install nodejs npm)";
    readonly string _id = $"{Guid.NewGuid()}";

    static string[] JobEvents =>
    [
        .. ((string[])["JobStarted", "JobPaused", "JobResumed", "ExtractionCanceled", "JobCanceled", "JobFailed", "JobCompleted", "JobDiscarded"])
            .Select(name => $"Headgate.Contracts.Jobs:{name}"),
    ];

    [Fact]
    public async Task Python_publishes_an_event_and_a_run_starts_once_however_often_it_does()
    {
        for (var time = 0; time < 2; time++)
            Assert.Contains(_id, await PublishAsync("BackupCompleted", "crm-db", _id), StringComparison.Ordinal);
        await bench.CompletedAsync(_id);
        await bench.Installation.EqualAsync("contacts");
    }

    [Fact]
    public async Task Node_publishes_an_event_and_a_run_starts()
    {
        await bench.RunAsync("npm", GetNode, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", ExampleBench.Examples);
        var program = Path.Combine(ExampleBench.Examples, "publish-event.mjs");
        Assert.Contains(_id, await bench.RunAsync("node", GetNode, program, "BackupCompleted", "crm-db", _id), StringComparison.Ordinal);
        await bench.CompletedAsync(_id);
    }

    [Fact]
    public async Task MassTransit_publishes_the_contract_and_a_run_starts()
    {
        // MassTransit declares what it publishes to.
        var file = await bench.AddUserAsync("headgate_publisher", configure: "^headgate:upstream-events$");
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(ExampleBench.Examples, "dotnet", "bin", output.Parent!.Name, output.Name, "PublishEvent.dll");
        Assert.Contains(
            _id,
            await bench.RunAsync("env", "", $"HEADGATE_PUBLISHER_FILE={file}", "dotnet", program, "BackupCompleted", "crm-db", _id),
            StringComparison.Ordinal);
        await bench.CompletedAsync(_id);
    }

    [Fact]
    public async Task Completed_job_is_forwarded_as_an_event_and_starts_the_next_pipeline_once()
    {
        using var forwarder = bench.Start(Python, GetPython, Path.Combine(ExampleBench.Examples, "forward_completed.py"), "test/contacts");
        try
        {
            Assert.Equal("Waiting for jobs of test/contacts", await forwarder.StandardOutput.ReadLineAsync());
            // It completes as well, and has written nothing.
            var (exitCode, output) = await bench.Installation.CommandAsync("dry-run", "test/contacts", "--wait");
            Assert.True(exitCode == 0, output);
            await PublishAsync("BackupCompleted", "crm-db", _id);
            var first = await bench.CompletedAsync(_id);
            Assert.Equal($"Forwarded job {first}, 500 records written", await forwarder.StandardOutput.ReadLineAsync());
            await bench.CompletedAsync($"completed-{first}");
            await bench.Installation.EqualAsync("orders");
        }
        finally
        {
            forwarder.Kill();
            await forwarder.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task Event_of_a_job_says_what_the_next_service_needs()
    {
        await using var subscriber = await Subscriber.BindAsync(bench.Installation.Broker.AmqpUri, JobEvents);
        await PublishAsync("BackupCompleted", "crm-db", _id);
        var job = await bench.CompletedAsync(_id);
        var heard = await subscriber.HeardAsync("JobCompleted");
        Assert.Equal("application/vnd.masstransit+json", heard.ContentType);
        var message = heard.Body.GetProperty("message");
        Assert.Equal(
            ($"{job}", "test", "contacts", "Event", $"BackupCompleted crm-db {_id}", 1),
            (message.GetProperty("jobId").GetString(), message.GetProperty("project").GetString(), message.GetProperty("pipeline").GetString(),
                message.GetProperty("trigger").GetString(), message.GetProperty("triggerDetail").GetString(), message.GetProperty("attempt").GetInt32()));
        Assert.Equal(500, message.GetProperty("counts").GetProperty("written").GetInt64());
        Assert.True(message.GetProperty("at").GetDateTimeOffset() > DateTimeOffset.UnixEpoch);
        Assert.Contains(message.GetProperty("kind").GetString(), (string[])["Historical", "Incremental"]);
        Assert.Equal($"{job}", (await subscriber.HeardAsync("JobStarted")).Body.GetProperty("message").GetProperty("jobId").GetString());
    }

    [Fact]
    public async Task Subscriber_of_a_failure_does_not_see_whom_the_pipeline_wants_told()
    {
        await using var subscriber = await Subscriber.BindAsync(bench.Installation.Broker.AmqpUri, JobEvents);
        await bench.Installation.Source.ExecuteAsync("create table gone (id int primary key)");
        await bench.Installation.ApplyAsync(
            Pipelines.Of("gone", Pipelines.Object("gone"), "  notify: { email: ops@example.com, webhook: env:OPS_WEBHOOK }"));
        await bench.Installation.Source.ExecuteAsync("drop table gone");
        var job = await bench.Installation.RunAsync("test/gone");

        var heard = (await subscriber.HeardAsync("JobFailed")).Body;

        Assert.Equal($"{job}", heard.GetProperty("message").GetProperty("jobId").GetString());
        foreach (var secret in (string[])["ops@example.com", "OPS_WEBHOOK"]) Assert.DoesNotContain(secret, heard.GetRawText(), StringComparison.Ordinal);
        // The notifier is told, in its own place.
        Assert.Equal("ops@example.com", await bench.Installation.State.ScalarAsync<string>(
            $"select body -> 'notify' ->> 'email' from coordinator.obligation where job_id = '{job}' and lane = '{Lanes.Notices}'"));
    }

    // A program that binds its queue before the first such event must not find that there is nothing to bind to.
    [Fact]
    public async Task Exchanges_of_job_events_are_there_from_the_start() =>
        Assert.Subset((await bench.Installation.Broker.Management.ExchangesAsync(bench.Installation.Broker.Name)).ToHashSet(), JobEvents.ToHashSet());

    [Fact]
    public async Task Events_are_listed_with_what_became_of_their_runs_to_those_who_may_see_them()
    {
        await PublishAsync("BackupCompleted", "crm-db", _id);
        var job = await bench.CompletedAsync(_id);
        await bench.Installation.Source.ExecuteAsync("update contacts set email = 'new.' || email");
        await using (await bench.Installation.BlockAsync("contacts"))
        {
            await PublishAsync("BackupCompleted", "crm-db", $"{_id}-active");
            await ShownAsync($"{_id}-active", "STARTED");
            await PublishAsync("BackupCompleted", "crm-db", $"{_id}-skipped");
            await ShownAsync($"{_id}-skipped", "SKIPPED");
        }

        await bench.CompletedAsync($"{_id}-active");
        await PublishAsync("Unheard", "of", $"{_id}-unmatched");
        await Installation.EventuallyAsync(
            async () => (await EventsAsync(await bench.Installation.KeyAsync(), "--unmatched", "--type", "Unheard")).Count == 1,
            () => Task.FromResult("no unmatched event"));
        var run = (await EventsAsync(await bench.Installation.KeyAsync(), "--id", _id))[0].GetProperty("runs")[0];
        Assert.Equal(($"{job}", "STARTED", "contacts"), (run.GetProperty("jobId").GetString(), Outcome(run), run.GetProperty("pipeline").GetString()));
        var (_, table) = await bench.Installation.CommandAsync("events", "--subject", "crm-db", "--all");
        Assert.Matches($"crm-db +test/contacts +Started +{job} +{_id}", table);
        Assert.Matches("crm-db +test/contacts +Skipped", table);

        var bound = await bench.Installation.KeyAsync("other");
        Assert.Empty(await EventsAsync(bound));
        var refused = await bench.Installation.CommandAsync(bound, ["events", "--unmatched"]);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("is not bound to all projects", refused.Output, StringComparison.Ordinal);
        Assert.NotEmpty(await EventsAsync(await bench.Installation.KeyAsync("test")));
    }

    Task<string> PublishAsync(string type, string subject, string id) =>
        bench.RunAsync(Python, GetPython, Path.Combine(ExampleBench.Examples, "publish_event.py"), type, subject, id);

    Task ShownAsync(string id, string outcome) => Installation.EventuallyAsync(
        async () => await EventsAsync(await bench.Installation.KeyAsync(), "--id", id) is [var one]
            && one.GetProperty("runs") is var runs && runs.GetArrayLength() == 1 && Outcome(runs[0]) == outcome,
        () => Task.FromResult($"event {id} is not shown as {outcome}\n{bench.Installation.Scheduler.Output}"));

    async Task<IReadOnlyList<JsonElement>> EventsAsync(string key, params string[] options)
    {
        var (exitCode, output) = await bench.Installation.CommandAsync(key, ["events", .. options, "--all-projects", "-o", "json"]);
        Assert.True(exitCode == 0, output);
        using var answer = JsonDocument.Parse(output);
        return answer.RootElement.TryGetProperty("events", out var events) ? [.. events.EnumerateArray().Select(each => each.Clone())] : [];
    }

    static string? Outcome(JsonElement run) => run.TryGetProperty("outcome", out var outcome) ? outcome.GetString()!["EVENT_RUN_OUTCOME_".Length..] : null;
}
