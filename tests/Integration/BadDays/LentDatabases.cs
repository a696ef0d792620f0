using System.Security.Cryptography;
using Headgate.Tests.Servers;
using Npgsql;

namespace Headgate.Integration.Tests.BadDays;

/// <summary>
/// An installation whose roles at source and destination are none of its own: those databases are somebody else's, who can change what
/// the roles may do, or how many sessions they may have.
/// </summary>
public sealed class LentDatabases : IAsyncLifetime
{
    readonly string _suffix = RandomNumberGenerator.GetHexString(8, lowercase: true);

    public BadDay Day { get; private set; } = null!;

    public string Reader => $"reader_{_suffix}";

    public string Writer => $"writer_{_suffix}";

    public async Task InitializeAsync()
    {
        Day = await BadDay.PrepareAsync(environment =>
        {
            environment["TEST_SOURCE"] = As(Reader, environment["TEST_SOURCE"]);
            environment["TEST_DESTINATION"] = As(Writer, environment["TEST_DESTINATION"]);
        });
        await Day.Headgate.Source.ExecuteAsync(
            $"""
             create role {Reader} login password '{Reader}';
             alter default privileges in schema public grant select on tables to {Reader}
             """);
        await Day.Headgate.Destination.ExecuteAsync(
            $"""
             create role {Writer} login password '{Writer}';
             grant create on database {Day.Headgate.Destination.Name} to {Writer};
             grant create on schema public to {Writer};
             alter default privileges in schema public grant all on tables to {Writer}
             """);
    }

    public async Task DisposeAsync()
    {
        await Day.DisposeAsync();
        await using var server = NpgsqlDataSource.Create((await SharedServers.PostgresAsync()).ConnectionString);
        await using var command = server.CreateCommand($"drop role {Reader}, {Writer}");
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Ends every session of a role, as an administrator does who wants a change to count at once.</summary>
    public Task EndSessionsAsync(string role) =>
        Day.Headgate.State.ExecuteAsync($"select pg_terminate_backend(pid) from pg_stat_activity where usename = '{role}'");

    static string As(string role, string connection) =>
        new NpgsqlConnectionStringBuilder(connection) { Username = role, Password = role }.ConnectionString;
}
