using System.Net;
using Npgsql;

namespace Headgate.JobCoordinator.Tests.Doubts.Counters;

/// <summary>The connector's own database, and the server.</summary>
sealed class CounterConnection : IAsyncDisposable
{
    /// <summary>An intent is noted before its request, and its outcome after; both only while the fence stands for whoever does.</summary>
    public const string Schema =
        """
        create table fence (pipeline_id uuid primary key, job_id uuid not null, job_no bigint not null, attempt int not null, epoch int not null, open boolean not null);
        create table ledger (job_id uuid, attempt int, object_no int, segment_no int, rows bigint not null, next_row bigint not null default 0,
                             primary key (job_id, attempt, object_no, segment_no));
        create table intent (seq bigint generated always as identity, job_id uuid, attempt int, object_no int, segment_no int, row bigint,
                             key text not null unique, record text[] not null, sent_at timestamptz not null default clock_timestamp(),
                             outcome text check (outcome in ('Written', 'NotWritten', 'Unknowable')), was_in_doubt boolean not null default false,
                             resolved_at timestamptz, primary key (job_id, attempt, object_no, segment_no, row))
        """;

    /// <summary>The advisory lock that writers share and the fence takes alone: a class, and one for all pipelines.</summary>
    public const string Lock = "77, 1";

    readonly string _url;

    CounterConnection(string database, string url)
    {
        // A session is a writer's own: what is terminated is not put back.
        Database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        _url = url;
    }

    public NpgsqlDataSource Database { get; }

    HttpClient Http { get; } = new();

    public static CounterConnection Parse(string connection) => new(connection.Split('|')[0], connection.Split('|')[1]);

    public async Task SendAsync(string id, string key, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{_url}/records/{id}");
        request.Headers.Add("Idempotency-Key", key);
        using var response = await Http.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Whether the server has counted the request.</summary>
    public async Task<bool> HasAsync(string key, CancellationToken cancellationToken)
    {
        using var response = await Http.GetAsync(new Uri($"{_url}/requests/{key}"), cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound) return false;
        response.EnsureSuccessStatusCode();
        return true;
    }

    public async Task<int> ExecuteAsync(string sql, params IEnumerable<object> values)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var value in values) command.Parameters.AddWithValue(value);
        return await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Database.DisposeAsync();
    }
}
