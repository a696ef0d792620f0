using Npgsql;

namespace Headgate.Crashes.Tests.Checking;

/// <summary>What the checker judges by: three databases, a pipeline, its tables as they were before.</summary>
public sealed class CheckedRun
{
    public required NpgsqlDataSource State { get; init; }

    public required NpgsqlDataSource Source { get; init; }

    public required NpgsqlDataSource Destination { get; init; }

    public required string Pipeline { get; init; }

    public required IReadOnlyList<CheckedTable> Tables { get; init; }

    /// <summary>The destination's tables before the first run, by name.</summary>
    public required IReadOnlyDictionary<string, TableImage> Before { get; init; }

    /// <summary>The pipeline's jobs.</summary>
    public IReadOnlyList<CheckedJob> Jobs { get; private set; } = [];

    public Guid[] JobIds => [.. Jobs.Select(job => job.Id)];

    /// <summary>The same run judged in other databases: copies of those that it happened in.</summary>
    public CheckedRun In(NpgsqlDataSource state, NpgsqlDataSource source, NpgsqlDataSource destination) => new()
    {
        State = state,
        Source = source,
        Destination = destination,
        Pipeline = Pipeline,
        Tables = Tables,
        Before = Before,
    };

    public async Task ReadJobsAsync()
    {
        var rows = await State.RowsAsync(
            """
            select job_id, job_no, state, attempt, epoch, request_id is not null, written, inserted, updated, unchanged, rejected, extracted
            from coordinator.sync_job where pipeline = $1 order by job_no
            """,
            Pipeline);
        Jobs =
        [
            .. rows.Select(row => new CheckedJob(
                (Guid)row[0]!, (long)row[1]!, (string)row[2]!, (int)row[3]!, (int)row[4]!, (bool)row[5]!,
                new Counts((long)row[6]!, (long)row[7]!, (long)row[8]!, (long)row[9]!, (long)row[10]!), (long)row[11]!)),
        ];
    }
}
