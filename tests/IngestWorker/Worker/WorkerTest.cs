using Headgate.Contracts.Pipelines;
using Headgate.IngestWorker.Tests.Doubles;
using Headgate.Tests.Servers;

namespace Headgate.IngestWorker.Tests.Worker;

/// <summary>A worker, its state database, and a source on PostgreSQL with tables a (10 rows) and b (20 rows).</summary>
public abstract class WorkerTest : IAsyncLifetime
{
    readonly StagingRoot _staging = new();
    readonly string _secrets = Directory.CreateTempSubdirectory("headgate-test-secrets-").FullName;

    internal TestDatabase State { get; private set; } = null!;

    internal TestDatabase Source { get; private set; } = null!;

    internal WorkerHost Worker { get; private set; } = null!;

    internal string StagingPath => _staging.Path;

    internal int StagedFiles => Directory.GetDirectories(StagingPath).Sum(job => Directory.GetFiles(job, "*", SearchOption.AllDirectories).Length);

    internal virtual (string Name, string Value)[] Options => [];

    /// <summary>Null: the in-memory transport.</summary>
    internal virtual Uri? Amqp => null;

    public virtual async Task InitializeAsync()
    {
        State = await TestDatabase.CreateAsync("ingest_state");
        Source = await TestDatabase.CreateAsync("ingest_source");
        await Source.ExecuteAsync(
            """
            create table a (id int primary key, name text, changed_at timestamptz not null default now() - interval '1 hour');
            create table b (id int primary key, name text, changed_at timestamptz not null default now() - interval '1 hour');
            insert into a select n, 'a' || n from generate_series(1, 10) n;
            insert into b select n, 'b' || n from generate_series(1, 20) n;
            """);
        Worker = await WorkerHost.StartAsync(State, StagingPath, Amqp, Options);
    }

    public virtual async Task DisposeAsync()
    {
        await Worker.DisposeAsync();
        await State.DisposeAsync();
        await Source.DisposeAsync();
        _staging.Dispose();
        Directory.Delete(_secrets, recursive: true);
    }

    /// <summary>A reference to a connection string.</summary>
    internal string Reference(string connection)
    {
        var path = Path.Combine(_secrets, $"{Guid.NewGuid():N}");
        File.WriteAllText(path, connection);
        return $"file:{path}";
    }

    internal JobUnderTest Job(params string[] tables) => new()
    {
        Pipeline = new PipelineDefinition
        {
            Project = "p",
            Name = "n",
            Source = new SystemReference { Connector = "postgres", Connection = Reference(Source.ConnectionString) },
            Destination = new SystemReference { Connector = "memory", Connection = Reference("memory") },
            Objects = [.. tables.Select(table => new ObjectDefinition { From = table, To = table, Key = ["id"], Cursor = "changed_at" })],
        },
    };

    /// <summary>Ends every session that holds a snapshot open, as a crash of the source would.</summary>
    internal Task KillSnapshotsAsync() => Source.ExecuteAsync(
        """
        select pg_terminate_backend(pid, 5000) from pg_stat_activity
        where datname = current_database() and state = 'idle in transaction' and pid <> pg_backend_pid()
        """);

    /// <summary>Waits until so many sessions hold a snapshot open: a session that its client closed ends a moment later.</summary>
    internal async Task AssertSnapshotSessionsAsync(long wanted)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (await Source.ScalarAsync<long>(
                   "select count(*) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'") != wanted)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Source.ExecuteAsync("select pg_sleep(0.02)");
        }
    }

    /// <summary>Until something holds that nobody tells of, in a database or in the worker: it is looked for.</summary>
    internal static async Task EventuallyAsync(Func<Task<bool>> isTrue)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await isTrue()) await Task.Delay(10, patience.Token);
    }
}
