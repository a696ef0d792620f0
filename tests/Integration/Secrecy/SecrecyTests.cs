using System.Security.Cryptography;
using Headgate.Hosting.Bus;
using Headgate.Tests.Mail;
using Npgsql;

namespace Headgate.Integration.Tests.Secrecy;

/// <summary>
/// One value is planted everywhere that a record or a secret can have one, and made to come up in every error there is; then all that
/// leaves the databases is searched for it.
/// </summary>
public sealed class SecrecyTests : IAsyncLifetime
{
    readonly string _planted = $"planted{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
    const string Notify = "  notify: { email: ops@example.com, webhook: env:HOOK }";
    MailServer _mail = null!;
    TraceCollector _traces = null!;
    Installation _headgate = null!;
    Eavesdropper _ear = null!;

    public async Task InitializeAsync()
    {
        _mail = await MailServer.StartAsync();
        _traces = await TraceCollector.StartAsync();
        _headgate = await Installation.StartAsync(environment =>
        {
            environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = _traces.Address.ToString();
            environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
            environment["OTEL_BSP_SCHEDULE_DELAY"] = "200";
            environment["OTEL_METRIC_EXPORT_INTERVAL"] = "500";
            environment["Logging__LogLevel__Default"] = "Debug";
            environment["WRONG_PASSWORD"] = new NpgsqlConnectionStringBuilder(environment["TEST_SOURCE"]) { Password = _planted }.ConnectionString;
            environment["HOOK"] = $"http://127.0.0.1:1/{_planted}";
            foreach (var (name, value) in _mail.Settings) environment[name] = value;
        });
        await _headgate.StartNotifierAsync();
        _ear = new Eavesdropper(_headgate.Broker);
        await _ear.ListenAsync();
    }

    public async Task DisposeAsync()
    {
        await _headgate.DisposeAsync();
        await _traces.DisposeAsync();
        await _mail.DisposeAsync();
    }

    [Fact]
    public async Task A_value_of_records_keys_and_secrets_appears_in_no_message_log_trace_or_error()
    {
        await PlantAsync();
        await LoadTwiceAsync();
        await DryRunAsync();
        await RepairAsync();
        await RejectAsync();
        var failed = new[]
        {
            await FailAsync("reading", Pipelines.Of("reading", Pipelines.Object("reading"), Notify)),
            await FailAsync("triggered", Pipelines.Of("triggered", Pipelines.Object("triggered"), $"  load: {{ allowTriggers: true }}\n{Notify}")),
            await FailAsync("password", Pipelines.Of("password", Pipelines.Object("people"), Notify).Replace("env:TEST_SOURCE", "env:WRONG_PASSWORD", StringComparison.Ordinal)
                .Replace("to: public.people", "to: public.nowhere", StringComparison.Ordinal)),
        };
        await Installation.EventuallyAsync(
            () => Task.FromResult(_traces.Received.Contains("load batch", StringComparison.Ordinal)), () => Task.FromResult("no trace has arrived"));

        var mails = string.Join('\n', (await _mail.ReceivedAsync(_ => true, failed.Length)).Select(mail => mail.Message.ToString() + mail.Text + mail.Html));
        await Installation.EventuallyAsync(
            async () => (await _headgate.State.ScalarAsync<string>("select string_agg(last_error, ' ') from notifier.outbox"))?.Contains("could not be called") == true,
            () => Task.FromResult("no webhook was called"));

        await _ear.SpoilAsync(Lanes.Load);
        var heard = await _ear.HeardAsync();
        var logs = _headgate.Output;
        var traces = _traces.Received;
        var errors = await ErrorTextsAsync();

        // The searches do find what is there, and the value was really on its way.
        Assert.All(failed, job => Assert.Contains(job.ToString(), heard, StringComparison.Ordinal));
        Assert.All(failed, job => Assert.Contains(job.ToString(), logs, StringComparison.Ordinal));
        Assert.All(failed, job => Assert.Contains(job.ToString(), mails, StringComparison.Ordinal));
        Assert.Contains("MT-Fault-StackTrace", heard, StringComparison.Ordinal);
        Assert.Contains(failed[1].ToString(), traces, StringComparison.Ordinal);
        Assert.Contains("a value is too long", errors, StringComparison.Ordinal);
        Assert.NotEqual(0, await _headgate.Destination.ScalarAsync<long>(
            $"select count(*) from headgate.rejected where position('{_planted}'::bytea in image) > 0"));
        foreach (var secret in Secrets())
        {
            Assert.DoesNotContain(secret, heard, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, logs, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, traces, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, errors, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, mails, StringComparison.Ordinal);
        }
    }

    IEnumerable<string> Secrets() =>
    [
        _planted,
        _mail.Password,
        .. new[] { "HEADGATE_STATE", "TEST_SOURCE", "TEST_DESTINATION" }.Select(name => new NpgsqlConnectionStringBuilder(_headgate.Environment[name]).Password!),
        new Uri(_headgate.Environment["HEADGATE_AMQP"]).UserInfo.Split(':')[1],
    ];

    Task PlantAsync() => Task.WhenAll(
        _headgate.Source.ExecuteAsync(
            $"""
             create table people (id text primary key, name text, at timestamptz not null);
             insert into people select '{_planted}' || n, '{_planted}', now() - interval '1 hour' from generate_series(1, 2000) n;
             create table long (id text primary key, v text);
             insert into long values ('{_planted}', '{_planted}{_planted}');
             create table bounded (id text primary key, v text);
             insert into bounded values ('{_planted}', '{_planted}');
             create table distinct_v (id text primary key, v text);
             insert into distinct_v values ('{_planted}1', '{_planted}'), ('{_planted}2', '{_planted}');
             create table child (id text primary key, parent text);
             insert into child values ('{_planted}', '{_planted}');
             create function tell(v text) returns text language plpgsql as $$ begin raise exception 'cannot read %', v using detail = v, hint = v; end $$;
             create table behind (id text primary key); insert into behind values ('{_planted}');
             create view reading as select id, tell(id) as told from behind;
             create table triggered (id text primary key); insert into triggered values ('{_planted}');
             """),
        _headgate.Destination.ExecuteAsync(
            """
            create table long (id text primary key, v varchar(30));
            create table bounded (id text primary key, v text check (length(v) < 5));
            create table distinct_v (id text primary key, v text unique);
            create table parents (id text primary key);
            create table child (id text primary key, parent text references parents);
            create table triggered (id text primary key);
            create function tell() returns trigger language plpgsql as $$ begin raise exception 'cannot write %', new.id using detail = new.id, hint = new.id; end $$;
            create trigger tell before insert on triggered for each row execute function tell();
            """));

    /// <summary>In full, then by cursor: the ranges of its segments hold keys.</summary>
    async Task LoadTwiceAsync()
    {
        await _headgate.ApplyAsync(Pipelines.Of("people", Pipelines.Object("people", cursor: "at"), "  extract: { cursorLag: 0s }"));
        var first = await _headgate.RunAsync("test/people");
        await _headgate.CompleteAsync(first);
        await ShowAsync(first, "--present");
        await _headgate.Source.ExecuteAsync($"update people set name = name || 'x', at = clock_timestamp()");
        var second = await _headgate.RunAsync("test/people");
        await _headgate.CompleteAsync(second);
        await ShowAsync(second);
        await _headgate.EqualAsync("people");
    }

    /// <summary>To somebody who may see them, records go by way of a worker and a coordinator.</summary>
    async Task ShowAsync(Guid job, params string[] options)
    {
        var (exitCode, output) = await _headgate.CommandAsync(["changes", $"id:{job}", .. options]);
        Assert.True(exitCode == 0, output);
        Assert.Equal(2000, output.Split('\n').Count(line => line.Contains(_planted, StringComparison.Ordinal)));
    }

    /// <summary>What would change is shown, and its values lie in the staging directory alone.</summary>
    async Task DryRunAsync()
    {
        await _headgate.Destination.ExecuteAsync($"update people set name = '{_planted}z' where id = '{_planted}7'");
        await _headgate.Source.ExecuteAsync($"insert into people values ('{_planted}new', '{_planted}', now())");
        var (exitCode, output) = await _headgate.CommandAsync("dry-run", "test/people", "--all", "--wait");
        var isShown = output.Contains($"{_planted}z", StringComparison.Ordinal) && output.Contains($"{_planted}new", StringComparison.Ordinal);
        Assert.True(exitCode == 0 && isShown, output);
        Assert.Equal(0, await _headgate.State.ScalarAsync<long>(
            $"""
             select sum((xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %I.%I t where t::text like %L', schemaname, tablename, '%{_planted}%'),
                                                             true, true, '')))[1]::text::bigint)::bigint
             from pg_tables where schemaname in ('coordinator', 'ingest', 'scheduler')
             """));
        await _headgate.Destination.ExecuteAsync($"update people set name = '{_planted}x' where id = '{_planted}7'");
        await _headgate.Source.ExecuteAsync($"delete from people where id = '{_planted}new'");
    }

    /// <summary>By keys, of which one is a record that somebody has changed since.</summary>
    async Task RepairAsync()
    {
        var run = await _headgate.State.ScalarAsync<Guid>("select current_job_id from coordinator.pipeline where name = 'people'");
        await _headgate.Destination.ExecuteAsync($"update people set name = '{_planted}y' where id = '{_planted}1'");
        await CompareAsync(run);
        foreach (var verb in (string[])["rollback", "replay"])
        {
            var done = await _headgate.CommandAsync(verb, run.ToString(), "--key", $"id={_planted}1", "--key", $"id={_planted}2", "--yes", "--wait");
            Assert.True(done.ExitCode == 0, done.Output);
        }

        Assert.Equal(4, await _headgate.Destination.ScalarAsync<long>("select count(*) from headgate.selection"));
        await _headgate.EqualAsync("people");
    }

    async Task CompareAsync(Guid job)
    {
        var whole = await _headgate.CommandAsync("diff", $"id:{job}");
        Assert.Contains("2,000 compared: 1,999 equal, 1 different", whole.Output, StringComparison.Ordinal);
        var chosen = await _headgate.CommandAsync(
            "diff", $"id:{job}", "--object", "public.people", "--key", $"id={_planted}1", "--key", $"id={_planted}2", "--include-equal");
        Assert.Equal(2, chosen.Output.Split('\n').Count(line => line.Contains(_planted, StringComparison.Ordinal)));
    }

    async Task RejectAsync()
    {
        string[] tables = ["long", "bounded", "distinct_v", "child"];
        await _headgate.ApplyAsync(Pipelines.Of("rejects", string.Join('\n', tables.Select(table => Pipelines.Object(table)))));
        var job = await _headgate.RunAsync("test/rejects");
        await _headgate.CompleteAsync(job);
        Assert.Equal(4, await _headgate.State.ScalarAsync<long>($"select rejected from coordinator.sync_job where job_id = '{job}'"));
    }

    async Task<Guid> FailAsync(string name, string yaml)
    {
        await _headgate.ApplyAsync(yaml);
        var job = await _headgate.RunAsync($"test/{name}");
        Assert.NotNull(await _headgate.StateAsync(job, "Failed", "Completed"));
        return job;
    }

    async Task<string> ErrorTextsAsync() =>
        await _headgate.State.ScalarAsync<string>("select string_agg(concat_ws(' ', error, waiting_for, stop_reason), E'\\n') from coordinator.sync_job")
        + await _headgate.State.ScalarAsync<string>("select coalesce(string_agg(sentence, E'\\n'), '') from coordinator.job_command")
        + await _headgate.Destination.ScalarAsync<string>("select string_agg(sentence, E'\\n') from headgate.rejected")
        + await _headgate.State.ScalarAsync<string>("select string_agg(o::text, E'\\n') from notifier.outbox o")
        + (await _headgate.CommandAsync("jobs")).Output;
}
