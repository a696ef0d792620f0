using Headgate.Connectors.Postgres.Comparing;
using Headgate.Connectors.Postgres.Tests.Destinations;
using Npgsql;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Comparing;

/// <summary>What a log has more than once.</summary>
public sealed class RepeatedRecordsTests
{
    [Fact]
    public async Task Records_with_several_entries_are_found_with_the_last_and_what_was_kept()
    {
        await using var bench = await LoadBench.StartAsync();
        var ids = Enumerable.Range(0, 4).Select(_ => Guid.NewGuid()).ToList();
        await using (var repeated = (await bench.Destination.OpenRepeatedRecordsAsync(default))!)
        {
            await repeated.AddAsync([(ids[0], -5), (ids[1], 1), (ids[2], 2)], default);
            await repeated.AddAsync([(ids[0], 3), (ids[1], 4), (ids[0], 6)], default);
            await repeated.CloseAsync(default);
            await repeated.KeepAsync(new Dictionary<Guid, string> { [ids[1]] = "one", [ids[2]] = "not repeated" }, default);

            var found = await repeated.FindAsync(ids, default);

            Assert.Equal([ids[0], ids[1]], found.Keys.OrderBy(ids.IndexOf));
            Assert.Equal((6, null, 4, "one"), (found[ids[0]].Last, found[ids[0]].Kept, found[ids[1]].Last, found[ids[1]].Kept));
        }

        // The session is used again.
        await using var next = (await bench.Destination.OpenRepeatedRecordsAsync(default))!;
        await next.CloseAsync(default);
        Assert.Empty(await next.FindAsync(ids, default));
    }

    [Fact]
    public async Task What_another_has_left_behind_in_the_session_is_in_nobodys_way()
    {
        await using var bench = await LoadBench.StartAsync();
        var pool = new NpgsqlConnectionStringBuilder(bench.Database.ConnectionString) { MaxPoolSize = 1, NoResetOnClose = true };
        await using var sessions = NpgsqlDataSource.Create(pool);
        var id = Guid.NewGuid();
        await using (var ended = await sessions.OpenConnectionAsync())
        {
            await Sql.RunAsync(
                ended,
                $"""
                 CREATE TEMPORARY TABLE hg_entry AS SELECT '{id}'::uuid AS record, n AS seq FROM generate_series(1, 2) n;
                 CREATE TEMPORARY TABLE hg_repeated AS SELECT '{id}'::uuid AS record, 2::bigint AS last, 'other'::text AS kept
                 """);
        }

        await using var repeated = await RepeatedRecords.OpenAsync(sessions, "log", default);
        await repeated.CloseAsync(default);

        Assert.Empty(await repeated.FindAsync([id], default));
    }
}
