using Headgate.Contracts.Jobs;
using Headgate.Crashes.Tests.Checking;
using Headgate.Tests.Installations;
using Headgate.Tests.Servers;
using Npgsql;

namespace Headgate.Crashes.Tests.Stops;

/// <summary>
/// Real stops to be broken on purpose: a job paused in the midst of writing and canceled then, one canceled while it was reading, and one
/// during whose pause somebody wrote who heeds no fence. The services have ended.
/// </summary>
public sealed class StoppedRuns : IAsyncLifetime
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    Installation _headgate = null!;
    OperatorBus _bus = null!;

    public TestDatabase State => _headgate.State;

    public TestDatabase Destination => _headgate.Destination;

    /// <summary>Of the job that was paused and then canceled.</summary>
    internal StopChecker Checker { get; private set; } = null!;

    /// <summary>Its pause, as it was seen first.</summary>
    internal SeenStop Paused { get; private set; } = null!;

    /// <summary>Of the job that was canceled while it was reading.</summary>
    internal StopChecker CheckerBeforeLaunch { get; private set; } = null!;

    public Guid CanceledBeforeLaunch { get; private set; }

    /// <summary>What was found of the writer that heeds no fence.</summary>
    internal IReadOnlyList<Finding> OfCarelessWriter { get; private set; } = [];

    public async Task InitializeAsync()
    {
        _headgate = await Installation.StartAsync();
        _bus = await OperatorBus.ConnectAsync(_headgate.Broker.AmqpUri);
        await SetAsync();
        await WriteCarelesslyAsync();
        await PauseAsync();
        await CancelBeforeLaunchAsync();
        await _bus.DisposeAsync();
        await _headgate.EndServicesAsync();
    }

    public async Task DisposeAsync() => await _headgate.DisposeAsync();

    async Task SetAsync()
    {
        await _headgate.Source.ExecuteAsync(
            """
            create table stopped_empty (id int primary key, v text);
            insert into stopped_empty select n, md5(n::text) from generate_series(1, 2000) n;
            create table stopped_known (id int primary key, v text);
            insert into stopped_known select n, md5(n::text) from generate_series(1, 2000) n;
            create table stopped_heedless (id int primary key, v text);
            insert into stopped_heedless select n, md5(n::text) from generate_series(1, 2000) n;
            create table stopped_read (id int primary key, v text);
            insert into stopped_read select n, md5(n::text) from generate_series(1, 20000) n;
            create function stopped_gate() returns boolean language plpgsql volatile as 'begin perform pg_sleep(0.01); return true; end'
            """);
        await _headgate.Destination.ExecuteAsync(
            """
            create table stopped_empty (id int primary key, v text);
            create table stopped_known (id int primary key, v text);
            insert into stopped_known select n, 'old' from generate_series(1, 1000) n;
            create table stopped_heedless (id int primary key, v text);
            insert into stopped_heedless select n, 'old' from generate_series(1, 1000) n;
            create table stopped_read (id int primary key, v text)
            """);
        await _headgate.ApplyAsync(Pipelines.Of(
            "stopped", $"{Pipelines.Object("stopped_empty")}\n{Pipelines.Object("stopped_known")}", "  load: { parallelism: 1 }"));
        await _headgate.ApplyAsync(Pipelines.Of("stopped-heedless", Pipelines.Object("stopped_heedless")));
        await _headgate.ApplyAsync(Pipelines.Of("stopped-read", Pipelines.Object("stopped_read", filter: "stopped_gate()")));
    }

    async Task PauseAsync()
    {
        Checker = await BeginAsync();
        Paused = await PausedInMidLoadAsync("stopped", "stopped_known");
        await CancelAsync(Paused.Job);
    }

    async Task CancelBeforeLaunchAsync()
    {
        CheckerBeforeLaunch = await BeginAsync();
        CanceledBeforeLaunch = await _bus.SendRunAsync("stopped-read");
        await Installation.EventuallyAsync(
            async () => await _headgate.Source.ScalarAsync<long>(
                """
                select count(*) from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid() and state = 'active' and query like 'COPY %stopped!_gate%' escape '!'
                """) > 0,
            () => Task.FromResult("nobody reads"));
        await CancelAsync(CanceledBeforeLaunch);
    }

    /// <summary>Under the rights of a worker, but without the lock and without a look at the fence; it commits when the pause is shown.</summary>
    async Task WriteCarelesslyAsync()
    {
        var role = $"careless_{_headgate.Destination.Name}";
        await _headgate.Destination.ExecuteAsync($"create role {role}; grant select, insert, update on stopped_heedless to {role}");
        await using var session = await _headgate.Destination.DataSource.OpenConnectionAsync();
        await ExecuteAsync(session, $"set role {role}; begin; insert into stopped_heedless values (999999, 'careless')");
        var checker = await BeginAsync();
        var seen = await PausedInMidLoadAsync("stopped-heedless", "stopped_heedless");
        await ExecuteAsync(session, "commit; reset role");
        OfCarelessWriter = await checker.JudgeAsync(seen);
        await _headgate.Destination.ExecuteAsync($"drop owned by {role}; drop role {role}");
    }

    Task<StopChecker> BeginAsync() => StopChecker.BeginAsync(State.DataSource, Destination.DataSource, mailbox: null);

    /// <summary>The first batch of the table is held up, at a row of it, until the pause is asked for.</summary>
    async Task<SeenStop> PausedInMidLoadAsync(string pipeline, string table)
    {
        await using var holder = await _headgate.Destination.DataSource.OpenConnectionAsync();
        await ExecuteAsync(holder, $"begin; select from {table} where id = 1 for update");
        var job = await _bus.SendRunAsync(pipeline);
        await _headgate.WorkerBlockedAsync();
        Assert.Equal(CommandOutcome.Accepted, (await _bus.CommandAsync(new PauseJob { JobId = job, Actor = "test" }, Patience))?.Outcome);
        var seen = new StopProgress(_headgate, job).SeenAsync(await BeginAsync());
        await ExecuteAsync(holder, "commit");
        return await seen;
    }

    async Task CancelAsync(Guid job)
    {
        Assert.Equal(CommandOutcome.Accepted, (await _bus.CommandAsync(new CancelJob { JobId = job, Actor = "test" }, Patience))?.Outcome);
        await _headgate.StateAsync(job, "Canceled");
        await _headgate.QuietAsync(job);
    }

    static async Task ExecuteAsync(NpgsqlConnection session, string sql)
    {
        await using var command = new NpgsqlCommand(sql, session);
        await command.ExecuteNonQueryAsync();
    }
}
