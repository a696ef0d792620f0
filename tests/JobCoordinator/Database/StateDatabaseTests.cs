using Headgate.Hosting.Configuration;
using Headgate.Hosting.State;
using Headgate.JobCoordinator.Database;
using Headgate.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headgate.JobCoordinator.Tests.Database;

/// <summary>How the coordinator is connected to its state, and what it makes of the schema.</summary>
public sealed class StateDatabaseTests : IAsyncLifetime
{
    TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestDatabase.CreateAsync("schema");

    public Task DisposeAsync() => _database.DisposeAsync().AsTask();

    [Fact]
    public async Task Server_ends_sessions_of_a_coordinator_that_is_gone_within_minutes()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.AddJobCoordinator(new ServiceSettings { State = _database.ConnectionString, Staging = "" });
        using var host = builder.Build();
        await using var command = host.Services.GetRequiredService<CoordinatorState>().Source.CreateCommand(
            """
            select string_agg(current_setting(name), ' ' order by no) from unnest(array[
                'tcp_keepalives_idle', 'tcp_keepalives_interval', 'tcp_keepalives_count', 'tcp_user_timeout']) with ordinality s (name, no)
            """);

        Assert.Equal("30 10 3 60000", await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Migration_with_a_lower_number_than_the_last_one_is_applied_when_it_comes()
    {
        await MigrateAsync();
        var all = await AppliedAsync();
        // As if it had come from another branch.
        await _database.ExecuteAsync("alter table coordinator.audit drop column operation; delete from coordinator.schema_version where version = 13");

        await MigrateAsync();

        Assert.Equal(all, await AppliedAsync());
        Assert.Equal(0, await _database.ScalarAsync<long>("select count(operation) from coordinator.audit"));
    }

    Task MigrateAsync() => SchemaMigrator.MigrateAsync(_database.DataSource, "coordinator", typeof(CoordinatorState).Assembly, default);

    Task<string?> AppliedAsync() => _database.ScalarAsync<string>("select string_agg(version::text, ' ' order by version) from coordinator.schema_version");
}
