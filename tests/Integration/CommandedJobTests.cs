using System.Globalization;
using System.Text.RegularExpressions;
using Grpc.Core;
using Grpc.Net.Client;
using Headgate.Cli.Tests.Running;
using Headgate.V1;
using Npgsql;

namespace Headgate.Integration.Tests;

/// <summary>Jobs of a whole installation, commanded from its command line and by its calls.</summary>
public sealed partial class CommandedJobTests(InstallationFixture fixture) : IClassFixture<InstallationFixture>
{
    readonly Installation _headgate = fixture.Installation;

    [Fact]
    public async Task At_5_10_the_dry_run_of_a_file_that_is_not_applied_shows_its_wrong_mapping_and_writes_nothing()
    {
        await _headgate.Source.ExecuteAsync(
            """
            create table leads (id int primary key, email text, company text, at timestamptz default now());
            insert into leads select n, n || '@example.com', 'Acme', now() from generate_series(1, 3000) n
            """);
        await _headgate.ApplyAsync(Pipelines.Of("leads", Pipelines.Object("leads")));
        await _headgate.CompleteAsync(await _headgate.RunAsync("test/leads"));
        await _headgate.Destination.ExecuteAsync("delete from leads where id <= 500");
        var before = await WholeDestinationAsync();
        var file = Path.Combine(_headgate.Staging, "wrong.yaml");
        var mapped = "    - { from: public.leads, to: public.leads, key: [id], fields: { id: id, email: company, company: company, at: at } }";
        await File.WriteAllTextAsync(file, Pipelines.Of("leads", mapped));

        var (exitCode, output) = await _headgate.CommandAsync("dry-run", "--file", file, "--sample-size", "1000", "--where", "id > 400", "--wait");
        var (sampled, few) = await _headgate.CommandAsync("dry-run", "test/leads", "--wait");

        Assert.True((exitCode, sampled) == (0, 0), output + few);
        Assert.True(System.Text.RegularExpressions.Regex.IsMatch(output, @"public\.leads +1,000 +100 +900 .* email: 900"), output);
        Assert.Matches("email +id=501 +\"501@example\\.com\" +\"Acme\"", output);
        var next = Regex.Match(output, "headgate.* changes (id:)?(?<job>[0-9a-f-]{36})").Groups["job"].Value;
        var listed = await _headgate.CommandAsync("changes", next, "--operation", "update");
        Assert.Equal(10, Regex.Count(listed.Output, @"update  public\.leads  id=\d+  email: ""\d+@example\.com"" -> ""Acme""\s"));
        Assert.Matches(@"public\.leads +\d+", few);
        // What is new has an email as well.
        Assert.DoesNotMatch("email: [0-9]|email +id=", few);
        Assert.Equal(before, await WholeDestinationAsync());
    }

    [Fact]
    public async Task At_4_51_a_cancel_on_a_terminal_pauses_says_where_the_job_stands_and_cancels_when_told_so()
    {
        var (job, block) = await WritingAsync("contacts");
        var (program, start) = await _headgate.CommandAsync();
        await using var terminal = TerminalSession.Start(program, ["cancel", "test/contacts"], start);

        await terminal.SeesAsync("Pausing");
        Assert.DoesNotContain("[c]ancel", terminal.Screen, StringComparison.Ordinal);
        await block.DisposeAsync();
        await terminal.SeesAsync("[l]eave paused");
        Assert.Equal("Paused", await _headgate.State.ScalarAsync<string>($"select state from coordinator.sync_job where job_id = '{job}'"));
        var shown = PausedAt().Match(terminal.Screen);
        Assert.True(shown.Success, terminal.Screen);
        var written = int.Parse(shown.Groups["written"].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
        Assert.Equal(("200,000", written), (shown.Groups["all"].Value, (int)await _headgate.Destination.ScalarAsync<long>("select count(*) from contacts")));
        Assert.InRange(written, 1, 199_999);
        await terminal.TypesAsync("c\n");
        await terminal.SeesAsync("Reason");
        await terminal.TypesAsync("wrong mapping\n");

        Assert.Equal(0, await terminal.EndsAsync());
        await _headgate.StateAsync(job, "Canceled");
        Assert.Equal(written, await _headgate.Destination.ScalarAsync<long>("select count(*) from contacts"));
        var (exitCode, output) = await _headgate.CommandAsync("watch", job.ToString());
        Assert.Equal(0, exitCode);
        Assert.Contains("wrong mapping", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Command_whose_coordinator_is_killed_between_its_effect_and_its_answer_is_answered_as_it_was_meant_when_it_is_repeated()
    {
        var (job, block) = await WritingAsync("killed");
        var request = new PauseJobRequest { Job = new JobReference { Id = job.ToString() }, IdempotencyKey = "killed-between" };
        await using var jobHeld = await HoldAsync($"select from coordinator.sync_job where job_id = '{job}' for update");
        var first = PauseAsync(request);
        await Installation.EventuallyAsync(async () => await CallsAsync("true") == 1, () => Task.FromResult("the call was not written down"));
        await using var answerHeld = await HoldAsync("select from coordinator.idempotent_call for update");
        await jobHeld.DisposeAsync();
        await _headgate.StateAsync(job, "Pausing");
        Assert.False(first.IsCompleted);
        await _headgate.Coordinator.KillAsync();
        await Assert.ThrowsAsync<RpcException>(() => first);
        await answerHeld.DisposeAsync();
        await block.DisposeAsync();
        Assert.Equal(0, await CallsAsync("response is not null"));

        await _headgate.StartCoordinatorAsync();
        var repeat = await PauseAsync(request);

        Assert.Equal(CommandOutcome.Accepted, repeat.Outcome);
        await _headgate.StateAsync(job, "Paused");
        Assert.Equal(1, await _headgate.State.ScalarAsync<long>($"select count(*) from coordinator.job_command where job_id = '{job}'"));
        Assert.Equal(1, await CallsAsync("response is not null"));
    }

    [Fact]
    public async Task Rate_that_is_set_while_a_job_loads_holds_for_its_next_batches_and_it_ends_equal_when_it_may_run_again()
    {
        var (job, block) = await WritingAsync("paced");
        var (exitCode, output) = await _headgate.CommandAsync("rate", "test/paced", "-n", "400", "--reason", "too much for the warehouse");
        Assert.Equal(0, exitCode);
        Assert.Contains("400 records a second at most", output, StringComparison.Ordinal);
        await block.DisposeAsync();

        // A quarter of it for each of four segments that could be in hand, in batches of a second's worth.
        await Installation.EventuallyAsync(
            async () => await BatchesAsync(job, "row_count = 100") >= 4, () => Task.FromResult($"no slow batches\n{_headgate.Worker.Output}"));
        Assert.True(await BatchesAsync(job, "row_count > 100") <= 4, "batches went on at full speed");
        Assert.Equal("Processing", await _headgate.State.ScalarAsync<string>($"select state from coordinator.sync_job where job_id = '{job}'"));
        Assert.Equal(0, (await _headgate.CommandAsync("rate", "test/paced", "-n", "0")).ExitCode);

        await _headgate.CompleteAsync(job);
        await _headgate.EqualAsync("paced");
    }

    Task<long> BatchesAsync(Guid job, string which) =>
        _headgate.Destination.ScalarAsync<long>($"select count(*) from headgate.batch where job_id = '{job}' and {which}");

    /// <summary>A job with a batch in hand that waits until the session is disposed, and others behind it.</summary>
    async Task<(Guid Job, NpgsqlConnection Block)> WritingAsync(string table)
    {
        await _headgate.Source.ExecuteAsync(
            $"create table {table} (id int primary key, v text); insert into {table} select n, repeat('x', 200) from generate_series(1, 200000) n");
        await _headgate.Destination.ExecuteAsync($"create table {table} (id int primary key, v text)");
        await _headgate.ApplyAsync(Pipelines.Of(table, Pipelines.Object(table)));
        var block = await _headgate.BlockAsync(table);
        var job = await _headgate.RunAsync($"test/{table}");
        await _headgate.WorkerBlockedAsync();
        return (job, block);
    }

    async Task<NpgsqlConnection> HoldAsync(string rows)
    {
        var session = await _headgate.State.DataSource.OpenConnectionAsync();
        await using var command = new NpgsqlCommand($"begin; {rows}", session);
        await command.ExecuteNonQueryAsync();
        return session;
    }

    async Task<PauseJobResponse> PauseAsync(PauseJobRequest request)
    {
        using var channel = GrpcChannel.ForAddress(_headgate.Coordinator.Address);
        var key = new Metadata { { "authorization", $"Bearer {await _headgate.KeyAsync()}" } };
        return await new JobService.JobServiceClient(channel).PauseJobAsync(request, key);
    }

    Task<long> CallsAsync(string which) =>
        _headgate.State.ScalarAsync<long>($"select count(*) from coordinator.idempotent_call where idempotency_key = 'killed-between' and {which}");

    [GeneratedRegex(@"Paused at (?<written>[\d,]+) of (?<all>[\d,]+)\.")]
    private static partial Regex PausedAt();

    /// <summary>Every row and its version, every sequence, every relation, schema headgate as well.</summary>
    Task<string?> WholeDestinationAsync() => _headgate.Destination.ScalarAsync<string>(
        """
        select string_agg(c.oid::regclass || ' ' || coalesce((xpath('//row/v/text()', query_to_xml(format(
                   'select md5(string_agg(x.ctid || '' '' || x.xmin || '' '' || x::text, '','' order by x.ctid)) as v from %s x', c.oid::regclass), false, true, '')))[1]::text, ''),
                   ', ' order by c.oid) || (select coalesce(string_agg(sequencename || ' ' || coalesce(last_value, -1), ', ' order by sequencename), '') from pg_sequences)
        from pg_class c where c.relkind = 'r' and c.relnamespace::regnamespace::text in ('public', 'headgate')
        """);
}
