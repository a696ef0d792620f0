using Headgate.Contracts.Jobs;

namespace Headgate.Integration.Tests;

/// <summary>Tables that refer to each other, of which only the last is read again after a pause.</summary>
public sealed class ForeignKeyTests(InstallationFixture fixture) : IClassFixture<InstallationFixture>
{
    static readonly string[] Tables = ["lands", "towns", "streets"];

    readonly Installation _headgate = fixture.Installation;

    [Fact]
    public async Task A_child_that_is_read_again_by_itself_is_written_after_its_parents()
    {
        await CreateAsync();
        var job = await _headgate.RunAsync("test/geography");
        await Installation.EventuallyAsync(
            async () => await SealedAsync(job) == 2 && await ReadersAsync() == 1,
            async () => $"{await SealedAsync(job)} tables are staged, {await ReadersAsync()} are being read");
        await _headgate.TellAsync(new PauseJob { JobId = job, Actor = "test" });
        await _headgate.StateAsync(job, "Paused");

        await _headgate.Source.ExecuteAsync("create or replace function gate() returns boolean language sql volatile as 'select true'");
        await _headgate.TellAsync(new ResumeJob { JobId = job, Actor = "test" });
        await _headgate.CompleteAsync(job);

        foreach (var table in Tables) await _headgate.EqualAsync(table);
        Assert.Equal(0, await _headgate.Destination.ScalarAsync<long>("select count(*) from headgate.rejected"));
    }

    /// <summary>Three tables, the last of which is read slowly.</summary>
    async Task CreateAsync()
    {
        const string create =
            """
            create table lands (id int primary key, v text);
            create table towns (id int primary key, land int references lands, v text);
            create table streets (id int primary key, town int references towns, v text);
            """;
        await _headgate.Source.ExecuteAsync(
            $"""
             {create}
             insert into lands select n, 'land ' || n from generate_series(1, 500) n;
             insert into towns select n, n, 'town ' || n from generate_series(1, 500) n;
             insert into streets select n, n, 'street ' || n from generate_series(1, 500) n;
             create function gate() returns boolean language plpgsql volatile as 'begin perform pg_sleep(0.1); return true; end'
             """);
        await _headgate.Destination.ExecuteAsync(create);
        await _headgate.ApplyAsync(Pipelines.Of(
            "geography", string.Join('\n', Tables.Select(table => Pipelines.Object(table, filter: table == "streets" ? "gate()" : null)))));
    }

    Task<long> SealedAsync(Guid job) =>
        _headgate.State.ScalarAsync<long>($"select count(*) from coordinator.job_segment where job_id = '{job}' and state = 'Sealed'");

    Task<long> ReadersAsync() => _headgate.Source.ScalarAsync<long>(
        "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state = 'active' and query like 'COPY %gate()%'");
}
