namespace Headgate.Integration.Tests;

/// <summary>The main job through RabbitMQ, with every service a process of its own.</summary>
public sealed class MainJobTests(InstallationFixture fixture) : IClassFixture<InstallationFixture>
{
    readonly Installation _headgate = fixture.Installation;

    /// <summary>A host follows its content root by default: where databases or staged files lie below it, each write would wake every service.</summary>
    [Fact]
    public void Services_watch_no_files() =>
        Assert.All([_headgate.Coordinator, _headgate.Worker], service => Assert.DoesNotContain(
            Directory.GetFiles($"/proc/{service.Id}/fdinfo").SelectMany(LinesOf),
            line => line.StartsWith("inotify", StringComparison.Ordinal)));

    // Closed since the directory was read, and so no watch.
    static string[] LinesOf(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (IOException)
        {
            return [];
        }
    }

    [Fact]
    public async Task First_run_copies_everything_and_the_next_ones_what_changed()
    {
        await _headgate.Source.ExecuteAsync(
            """
            create table people (id bigint primary key, name text, score numeric, at timestamptz not null);
            insert into people select n, 'person ' || n, n / 7.0, now() - interval '1 hour' from generate_series(1, 120000) n
            """);
        await _headgate.ApplyAsync(Pipelines.Of("people", Pipelines.Object("people", cursor: "at"), "  extract: { cursorLag: 0s }"));

        var first = await _headgate.RunAsync("test/people");
        await _headgate.CompleteAsync(first);
        await _headgate.EqualAsync("people");
        await _headgate.LedgerExactAsync(first);
        await _headgate.InsertsLoggedAsync(first, "people");

        await _headgate.Source.ExecuteAsync(
            "update people set name = 'renamed', at = clock_timestamp() where id % 100 = 0; insert into people values (200000, 'new', null, clock_timestamp())");
        var second = await _headgate.RunAsync("test/people");
        await _headgate.CompleteAsync(second);
        await _headgate.EqualAsync("people");
        await _headgate.LedgerExactAsync(second);
        Assert.Equal("Incremental", await _headgate.State.ScalarAsync<string>($"select kind from coordinator.sync_job where job_id = '{second}'"));
        Assert.Equal((1200, 1), await CountsAsync(second));

        var third = await _headgate.RunAsync("test/people");
        await _headgate.CompleteAsync(third);
        Assert.Equal((0, 0), await CountsAsync(third));
        Assert.Equal(1200, await _headgate.Destination.ScalarAsync<long>("select count(*) from headgate.changes where operation = 'update' and field = 'name'"));
        await ChangesAreShownAsync(first, second);
    }

    /// <summary>By the command line, which sees a coordinator alone: a worker has read them at the destination.</summary>
    async Task ChangesAreShownAsync(Guid first, Guid second)
    {
        Assert.Equal(120_000, (await ChangesAsync($"id:{first}")).Count);
        var found = Assert.Single(await ChangesAsync($"id:{first}", "--object", "public.people", "--key", "id=77777", "--present"));
        Assert.Contains("insert  public.people  id=77777", found, StringComparison.Ordinal);
        Assert.Equal(1200, (await ChangesAsync($"id:{second}", "--field", "name", "--operation", "update")).Count);
        var renamed = Assert.Single(await ChangesAsync($"id:{second}", "--object", "public.people", "--key", "id=100"));
        Assert.Contains("name: \"person 100\" -> \"renamed\"", renamed, StringComparison.Ordinal);
        var path = Path.Combine(_headgate.Staging, "changes.csv");
        await ChangesAsync($"id:{second}", "--export", path);
        // Name and time of each that was renamed; each field of the one that was new.
        Assert.Equal(1 + (2 * 1200) + 4, (await File.ReadAllLinesAsync(path)).Length);
    }

    async Task<List<string>> ChangesAsync(params string[] arguments)
    {
        var (exitCode, output) = await _headgate.CommandAsync(["changes", .. arguments]);
        Assert.True(exitCode == 0, output);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    [Fact]
    public async Task Commit_behind_the_cursor_arrives_with_the_next_run()
    {
        await _headgate.Source.ExecuteAsync(
            "create table late (id int primary key, v int, at timestamptz not null); insert into late select n, 0, now() - interval '1 hour' from generate_series(1, 1000) n");
        await _headgate.ApplyAsync(Pipelines.Of("late", Pipelines.Object("late", cursor: "at"), "  extract: { cursorLag: 0s, cursorOverlap: 0s }"));
        await _headgate.CompleteAsync(await _headgate.RunAsync("test/late"));

        // Begins first, commits last: its cursor value lies behind what the run in between has seen.
        await using var late = await _headgate.Source.DataSource.OpenConnectionAsync();
        await using var transaction = await late.BeginTransactionAsync();
        await using (var update = new Npgsql.NpgsqlCommand("update late set v = 1, at = now() where id = 1", late, transaction)) await update.ExecuteNonQueryAsync();
        await _headgate.Source.ExecuteAsync("update late set v = 2, at = clock_timestamp() where id = 2");
        await _headgate.CompleteAsync(await _headgate.RunAsync("test/late"));
        await transaction.CommitAsync();

        await _headgate.CompleteAsync(await _headgate.RunAsync("test/late"));
        await _headgate.EqualAsync("late");
    }

    [Fact]
    public async Task A_job_whose_birth_was_lost_after_it_had_been_sent_is_born_by_the_reconciler()
    {
        await _headgate.Source.ExecuteAsync("create table born (id int primary key); insert into born values (1)");
        await _headgate.ApplyAsync(Pipelines.Of("born", Pipelines.Object("born")));
        var first = await _headgate.RunAsync("test/born");
        await _headgate.CompleteAsync(first);

        // A pipeline claimed for a job, its start sent and confirmed a minute ago, and no job: what a purged queue leaves behind.
        var lost = Guid.NewGuid();
        await _headgate.State.ExecuteAsync(
            $"""
             insert into coordinator.obligation (obligation_id, job_id, message, lane, body, done_at)
             select gen_random_uuid(), '{lost}', message, lane,
                    body || jsonb_build_object('jobId', '{lost}', 'jobNo', nextval('coordinator.job_no')), now() - interval '1 minute'
             from coordinator.obligation where job_id = '{first}' and message like '%.AcceptJob';
             update coordinator.pipeline set current_job_id = '{lost}' where current_job_id = '{first}'
             """);
        await _headgate.CompleteAsync(lost);
    }

    [Fact]
    public async Task Rows_that_refer_to_later_ones_of_their_own_table_arrive_however_long_the_chain()
    {
        await _headgate.Source.ExecuteAsync(
            """
            create table tree (id int primary key, parent int, pad text);
            insert into tree select n, case when n < 30000 then n + 1 end, repeat('x', 1500) from generate_series(1, 30000) n where n % 100 = 0 or n > 29990;
            update tree set parent = (select min(id) from tree other where other.id > tree.id)
            """);
        await _headgate.Destination.ExecuteAsync("create table tree (id int primary key, parent int references tree, pad text)");
        await _headgate.ApplyAsync(Pipelines.Of("tree", Pipelines.Object("tree")));
        var job = await _headgate.RunAsync("test/tree");
        await _headgate.CompleteAsync(job);
        await _headgate.EqualAsync("tree");
        Assert.Equal(0, await _headgate.State.ScalarAsync<long>($"select rejected from coordinator.sync_job where job_id = '{job}'"));
    }

    [Fact]
    public async Task Rows_that_people_change_during_the_load_are_in_the_log_as_they_were_replaced()
    {
        const int Rows = 20000;
        await _headgate.Source.ExecuteAsync($"create table shared (id int primary key, v bigint); insert into shared select n, -n from generate_series(1, {Rows}) n");
        await _headgate.Destination.ExecuteAsync($"create table shared (id int primary key, v bigint, by_people bigint not null default 0); insert into shared select n, 0 from generate_series(1, {Rows}) n");
        await _headgate.ApplyAsync(Pipelines.Of("shared", Pipelines.Object("shared")));

        using var stop = new CancellationTokenSource();
        var people = PeopleWriteAsync(stop.Token);
        var job = await _headgate.RunAsync("test/shared");
        await _headgate.CompleteAsync(job);
        await stop.CancelAsync();
        var written = await people;

        // Each person's write added one to both columns; the run replaced v. Reversing it must give the value that people had made of it.
        var wrong = await _headgate.Destination.ScalarAsync<long>(
            $"""
             select count(*) from headgate.change c join shared s on s.id = c.key[1]::int
             where c.job_id = '{job}' and not (c.before[2]::bigint between 0 and s.by_people)
             """);
        var lost = await _headgate.Destination.ScalarAsync<long>(
            $"""
             select count(*) from shared s join headgate.change c on c.job_id = '{job}' and c.key[1]::int = s.id
             where s.v - (c.after[2]::bigint - c.before[2]::bigint) <> s.by_people
             """);
        Assert.True(written > 0);
        Assert.Equal((0, 0), (wrong, lost));
    }

    [Fact]
    public async Task Commands_work_on_a_real_run_and_a_paused_job_is_resumed_to_its_end()
    {
        await _headgate.Source.ExecuteAsync("create table paused (id int primary key, v text); insert into paused select n, repeat('x', 500) from generate_series(1, 100000) n");
        await _headgate.Destination.ExecuteAsync("create table paused (id int primary key, v text)");
        await _headgate.ApplyAsync(Pipelines.Of("paused", Pipelines.Object("paused")));
        Guid job;
        await using (var block = await _headgate.BlockAsync("paused"))
        {
            job = await _headgate.RunAsync("test/paused");
            await _headgate.WorkerBlockedAsync();
            var refused = await _headgate.CommandAsync("cancel", job.ToString());
            Assert.Equal(1, refused.ExitCode);
            Assert.Contains("--yes", refused.Output, StringComparison.Ordinal);
            Assert.Equal(0, (await _headgate.CommandAsync("pause", job.ToString(), "--reason", "to look")).ExitCode);
        }

        await _headgate.StateAsync(job, "Paused");
        var shown = await _headgate.Destination.ScalarAsync<long>("select count(*) from paused");
        Assert.Equal(await _headgate.State.ScalarAsync<long>($"select written from coordinator.sync_job where job_id = '{job}'"), shown);
        Assert.True(shown < 100000);
        Assert.Equal(0, (await _headgate.CommandAsync("resume", job.ToString())).ExitCode);
        await _headgate.CompleteAsync(job);
        await _headgate.EqualAsync("paused");
    }

    async Task<(long Updated, long Inserted)> CountsAsync(Guid job) =>
        (await _headgate.State.ScalarAsync<long>($"select updated from coordinator.sync_job where job_id = '{job}'"),
         await _headgate.State.ScalarAsync<long>($"select inserted from coordinator.sync_job where job_id = '{job}'"));

    async Task<int> PeopleWriteAsync(CancellationToken stop)
    {
        var (written, random) = (0, new Random(7));
        await using var connection = await _headgate.Destination.DataSource.OpenConnectionAsync(CancellationToken.None);
        while (!stop.IsCancellationRequested)
        {
            await using var command = new Npgsql.NpgsqlCommand("update shared set v = v + 1, by_people = by_people + 1 where id = $1", connection);
            command.Parameters.AddWithValue(random.Next(1, 20001));
            written += await command.ExecuteNonQueryAsync(CancellationToken.None);
        }

        return written;
    }
}
