namespace Headgate.Tests.Installations;

/// <summary>Whether what a job was to write is at the destination, once, and in its books.</summary>
public static class LoadedRecords
{
    /// <summary>Source and destination have the same rows of a table.</summary>
    public static async Task EqualAsync(this Installation installation, string table)
    {
        const string Checksum = "select count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) from {0} t";
        var source = await installation.Source.ScalarAsync<string>(string.Format(null, Checksum, table));
        var destination = await installation.Destination.ScalarAsync<string>(string.Format(null, Checksum, table));
        Assert.Equal(source, destination);
    }

    /// <summary>The ledger says that each staged record was taken once, and its parts agree with each other.</summary>
    public static async Task LedgerExactAsync(this Installation installation, Guid job)
    {
        Assert.Equal(0, await installation.Destination.ScalarAsync<long>(
            $"""
             select count(*) from headgate.ledger l where job_id = '{job}' and next_row <> (
                 select coalesce(sum(row_count), 0) from headgate.batch b
                 where (b.job_id, b.attempt, b.object_no, b.segment_no) = (l.job_id, l.attempt, l.object_no, l.segment_no))
             """));
        var staged = await installation.State.ScalarAsync<long>(
            $"select sum(rows)::bigint from coordinator.job_segment where job_id = '{job}' and state = 'Loaded'");
        Assert.Equal(staged, await installation.State.ScalarAsync<long>($"select written from coordinator.sync_job where job_id = '{job}'"));
        var open = await installation.State.ScalarAsync<long>(
            $"select count(*) from coordinator.job_segment where job_id = '{job}' and state not in ('Loaded', 'Abandoned')");
        Assert.Equal(0, open);
    }

    /// <summary>Each inserted record is in the change log once.</summary>
    public static async Task InsertsLoggedAsync(this Installation installation, Guid job, string table)
    {
        var logged = await installation.Destination.ScalarAsync<long>(
            $"""
             select coalesce((select sum(row_count) from headgate.change_block where job_id = '{job}'), 0)::bigint
                  + (select count(*) from headgate.change where job_id = '{job}' and operation = 'insert')
             """);
        Assert.Equal(await installation.Destination.ScalarAsync<long>($"select count(*) from {table}"), logged);
    }
}
