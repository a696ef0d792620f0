using Headgate.Connectors.Changes;
using Headgate.Connectors.Postgres.ChangeLog;
using Headgate.Connectors.Postgres.Tests.Destinations;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.ChangeLog;

public sealed class LogPurgeTests
{
    const string Left = """
        SELECT (SELECT count(*) FROM headgate.change_group), (SELECT count(*) FROM headgate.change_block), (SELECT count(*) FROM headgate.rejected),
               (SELECT count(*) FROM headgate.selection), (SELECT count(*) FROM headgate.batch), (SELECT count(*) FROM headgate.job_object)
        """;

    [Fact]
    public async Task Log_of_one_job_is_removed_in_parts_and_nothing_else()
    {
        await using var bench = await StartAsync();
        var other = Guid.NewGuid();
        await LogAsync(bench, bench.Job.JobId, groups: 1200);
        await LogAsync(bench, other, groups: 3);
        await using var purge = new PostgresLogPurge(bench.Database.ConnectionString);

        var parts = await RemoveAsync(purge, bench.Job.JobId);

        Assert.Equal(["(3,700,2,1,2,2)"], await bench.RowsAsync(Left));
        Assert.Equal(3, await bench.Database.ScalarAsync<long>($"SELECT count(*) FROM headgate.change_group WHERE job_id = '{other}'"));
        // 1,200 groups and 700 blocks, 500 at a time, and what was rejected; and for each kind that there are no more.
        Assert.Equal(3 + 2 + 1 + 3, parts);
        await RemoveAsync(purge, bench.Job.JobId);
    }

    [Fact]
    public async Task Large_entries_are_removed_a_few_at_a_time()
    {
        await using var bench = await StartAsync();
        await bench.Database.ExecuteAsync($"""
            ALTER TABLE headgate.change_block ALTER COLUMN keys SET STORAGE EXTERNAL;
            INSERT INTO headgate.change_block (job_id, attempt, object_no, segment_no, first_row, row_count, keys, hashes)
            SELECT '{bench.Job.JobId}', 1, 0, 0, i, 1, convert_to(repeat('x', 6000000), 'UTF8'), '' FROM generate_series(1, 7) i
            """);
        await using var purge = new PostgresLogPurge(bench.Database.ConnectionString);

        Assert.Equal(3 + 3, await RemoveAsync(purge, bench.Job.JobId));
        Assert.Equal(0, await bench.Database.ScalarAsync<long>("SELECT count(*) FROM headgate.change_block"));
    }

    [Fact]
    public async Task Writers_are_not_waited_for_and_do_not_wait()
    {
        await using var bench = await StartAsync();
        await LogAsync(bench, bench.Job.JobId, groups: 10);
        await using var writer = await bench.Database.DataSource.OpenConnectionAsync();
        await using var batch = await writer.BeginTransactionAsync();
        await Sql.RunAsync(writer, Group(Guid.NewGuid(), 1));
        await using var purge = new PostgresLogPurge(bench.Database.ConnectionString);
        PurgePlace? place = null;
        // Between any two parts, and with its own batch open over all of them.
        while ((place = await purge.RemoveNextAsync(bench.Job.JobId, place, default)) is not null) await Sql.RunAsync(writer, Group(Guid.NewGuid(), 1));
        await batch.CommitAsync();

        Assert.Equal(0, await bench.Database.ScalarAsync<long>($"SELECT count(*) FROM headgate.change_group WHERE job_id = '{bench.Job.JobId}'"));
    }

    [Fact]
    public async Task Destination_without_a_log_has_nothing_to_remove()
    {
        await using var bench = await LoadBench.StartAsync(open: false);
        await using var purge = new PostgresLogPurge(bench.Database.ConnectionString);

        Assert.Equal(3, await RemoveAsync(purge, Guid.NewGuid()));
    }

    static async Task<LoadBench> StartAsync() => await LoadBench.StartAsync();

    static async Task<int> RemoveAsync(PostgresLogPurge purge, Guid job)
    {
        var parts = 1;
        for (var place = await purge.RemoveNextAsync(job, null, default); place is not null; parts++) place = await purge.RemoveNextAsync(job, place, default);
        return parts;
    }

    static Task LogAsync(LoadBench bench, Guid job, int groups) => bench.Database.ExecuteAsync($$"""
        {{Group(job, groups)}};
        INSERT INTO headgate.change_block (job_id, attempt, object_no, segment_no, first_row, row_count, keys, hashes)
        SELECT '{{job}}', 1, i % 3, i % 2, i, 1, '', '' FROM generate_series(1, 700) i;
        INSERT INTO headgate.rejected (job_id, attempt, object_no, segment_no, row_no, sentence, deferred)
        SELECT '{{job}}', 1, 0, 0, i, 'It does not fit.', false FROM generate_series(1, 2) i;
        INSERT INTO headgate.selection (job_id, object_no, key) VALUES ('{{job}}', 0, '{1}');
        INSERT INTO headgate.batch (job_id, attempt, object_no, segment_no, first_row, row_count, path, inserted, updated, unchanged, rejected)
        VALUES ('{{job}}', 1, 0, 0, 0, 1, 'copy', 1, 0, 0, 0);
        INSERT INTO headgate.job_object (job_id, attempt, object_no, table_name, fields, key, found_empty) VALUES ('{{job}}', 1, 0, 't', '[]', '{1}', true)
        """);

    static string Group(Guid job, int groups) => $$"""
        INSERT INTO headgate.change_group (job_id, attempt, object_no, segment_no, first_row, operation, row_count, records)
        SELECT '{{job}}', 1, 0, 0, i, 'insert', 1, ARRAY[ROW('{1}', NULL, '{1}')::headgate.change_record] FROM generate_series(1, {{groups}}) i
        """;
}
