using Headgate.Contracts.Jobs;
using Headgate.Tests.Installations;
using Headgate.Tests.Servers;

namespace Headgate.Crashes.Tests.Checking;

/// <summary>
/// What real runs leave behind: one that was paused in its middle and went on to its end, one that was canceled in its middle, and one
/// that completed after it, with people writing. Its services have ended.
/// </summary>
public sealed class FinishedRuns : IAsyncLifetime
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    Installation _headgate = null!;
    OperatorBus _bus = null!;

    public RunChecker Checker { get; private set; } = null!;

    public TestDatabase State => _headgate.State;

    public TestDatabase Source => _headgate.Source;

    public TestDatabase Destination => _headgate.Destination;

    public async Task InitializeAsync()
    {
        _headgate = await Installation.StartAsync();
        _bus = await OperatorBus.ConnectAsync(_headgate.Broker.AmqpUri);
        await SetAsync();
        await ResumedAsync();
        await CanceledAsync();
        await CompletedAsync();
        await _bus.DisposeAsync();
        await _headgate.EndServicesAsync();
    }

    public async Task DisposeAsync() => await _headgate.DisposeAsync();

    async Task SetAsync()
    {
        CheckedTable[] tables = [new("done_empty"), new("done_known", Cursor: "at"), new("done_shared", People: true)];
        await Source.ExecuteAsync(
            """
            create table done_empty (id bigint primary key, v text);
            insert into done_empty select n, md5(n::text) from generate_series(1, 3000) n;
            create table done_known (id int primary key, v text, at timestamptz not null, n int);
            insert into done_known select n, md5(n::text), now() - interval '1 day', n from generate_series(1, 3000) n;
            create table done_shared (id int primary key, n bigint);
            insert into done_shared select n, n from generate_series(1, 500) n
            """);
        await Destination.ExecuteAsync(
            """
            create table done_empty (id bigint primary key, v text);
            create table done_known (id int primary key, v text, at timestamptz not null, n int);
            insert into done_known select n, 'old', now() - interval '2 days', n from generate_series(1, 1500) n;
            create table done_shared (id int primary key, n bigint, by_people bigint not null default 0);
            insert into done_shared select n, 0 from generate_series(1, 500) n
            """);
        await _headgate.ApplyAsync(Pipelines.Of(
            "done", string.Join('\n', tables.Select(table => Pipelines.Object(table.Name, cursor: table.Cursor))), "  load: { parallelism: 1 }"));
        Checker = await RunChecker.BeginAsync(State.DataSource, Source.DataSource, Destination.DataSource, "done", tables);
    }

    async Task ResumedAsync()
    {
        var job = await StoppedAsync("done_known");
        await PeopleWriteAsync();
        Assert.Equal(CommandOutcome.Accepted, (await _bus.CommandAsync(new ResumeJob { JobId = job, Actor = "test" }, Patience))?.Outcome);
        await _headgate.CompleteAsync(job);
    }

    async Task CanceledAsync()
    {
        await Source.ExecuteAsync("update done_known set v = v || '!', at = clock_timestamp() - interval '10 s' where id % 3 = 0");
        await PeopleWriteAsync();
        var job = await StoppedAsync("done_known");
        Assert.Equal(CommandOutcome.Accepted, (await _bus.CommandAsync(new CancelJob { JobId = job, Actor = "test" }, Patience))?.Outcome);
        await _headgate.StateAsync(job, "Canceled");
    }

    async Task CompletedAsync()
    {
        var job = await _bus.SendRunAsync("done");
        await _headgate.CompleteAsync(job);
        await _headgate.QuietAsync(job);
    }

    /// <summary>A job paused with its first batches written: the next one is held up until the pause is asked for.</summary>
    async Task<Guid> StoppedAsync(string table)
    {
        Guid job;
        await using (await _headgate.BlockAsync(table))
        {
            job = await _bus.SendRunAsync("done");
            await _headgate.WorkerBlockedAsync();
            Assert.Equal(CommandOutcome.Accepted, (await _bus.CommandAsync(new PauseJob { JobId = job, Actor = "test" }, Patience))?.Outcome);
        }

        await _headgate.StateAsync(job, "Paused");
        return job;
    }

    Task PeopleWriteAsync() => Destination.ExecuteAsync("update done_shared set n = n + 5, by_people = by_people + 5 where id % 7 = 3");
}
