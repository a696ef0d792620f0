using Headgate.SagaRepository.CrashHost.Tallies;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Headgate.SagaRepository.Tests;

/// <summary>A fresh database for one test, with the tables of <see cref="TallyDbContext"/>.</summary>
sealed class TestDatabase : IAsyncDisposable
{
    readonly string name = $"hg_test_{Guid.NewGuid():N}";

    TestDatabase() => ConnectionString = new NpgsqlConnectionStringBuilder(TestServers.Postgres) { Database = name }.ConnectionString;

    public string ConnectionString { get; }

    public static async Task<TestDatabase> CreateAsync()
    {
        await TestServers.StartAsync();
        var database = new TestDatabase();
        await OnServerAsync($"CREATE DATABASE {database.name} TEMPLATE template0");
        await using var db = database.Context();
        await db.Database.EnsureCreatedAsync();
        return database;
    }

    public TallyDbContext Context() => new(Options<TallyDbContext>());

    public DbContextOptions<T> Options<T>()
        where T : DbContext =>
        new DbContextOptionsBuilder<T>().UseNpgsql(ConnectionString).Options;

    public async Task<Tally?> TallyAsync(Guid id)
    {
        await using var db = Context();
        return await db.Tallies.AsNoTracking().SingleOrDefaultAsync(tally => tally.CorrelationId == id);
    }

    public async Task AddAsync(params Tally[] tallies)
    {
        await using var db = Context();
        db.AddRange(tallies);
        await db.SaveChangesAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await using (var connection = new NpgsqlConnection(ConnectionString))
            NpgsqlConnection.ClearPool(connection);
        await OnServerAsync($"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    }

    static async Task OnServerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(TestServers.Postgres);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
