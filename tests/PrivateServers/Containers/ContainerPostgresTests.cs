using Npgsql;

namespace Headgate.PrivateServers.Tests.Containers;

/// <summary>PostgreSQL where its programs are missing and a Docker engine is at hand.</summary>
public sealed class ContainerPostgresTests : IAsyncLifetime
{
    private const string Image = "postgres:17";

    private readonly ScratchDirectory _scratch = new();

    public Task InitializeAsync() => Docker.NeedAsync(Image);

    public Task DisposeAsync()
    {
        _scratch.Dispose();
        return Task.CompletedTask;
    }

    [ContainerFact]
    public async Task Container_restart_keeps_port_and_data_and_stop_leaves_no_container()
    {
        var server = await PrivatePostgres.StartAsync(Options());
        Assert.Equal([Image], await Docker.ImagesOnAsync(_scratch.Path));
        await ScalarAsync(server, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)");
        var (process, port) = (server.ServerProcessId, server.Port);

        await server.RestartAsync();

        Assert.Equal(7, await ScalarAsync(server, "SELECT id FROM kept"));
        Assert.Equal(port, server.Port);
        await server.StopAsync();
        Assert.False(ProcessesOf.Exists(process));
        Assert.Empty(await Docker.ImagesOnAsync(_scratch.Path));
        Assert.DoesNotContain("not properly shut down", await File.ReadAllTextAsync(server.LogFile), StringComparison.Ordinal);

        await using var again = await PrivatePostgres.StartAsync(Options());
        Assert.Equal(7, await ScalarAsync(again, "SELECT id FROM kept"));
    }

    [ContainerFact]
    public async Task Container_is_killed_as_by_a_crash_and_the_next_start_recovers()
    {
        await using var server = await PrivatePostgres.StartAsync(Options());
        await ScalarAsync(server, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)");

        await server.KillAsync();
        Assert.False(server.IsRunning);
        Assert.Empty(await Docker.ImagesOnAsync(_scratch.Path));
        await server.RestartAsync();

        Assert.Equal(7, await ScalarAsync(server, "SELECT id FROM kept"));
        Assert.Contains("automatic recovery in progress", await File.ReadAllTextAsync(server.LogFile), StringComparison.Ordinal);
    }

    [ContainerFact]
    public async Task Container_has_our_settings_and_encoding_and_its_password_is_on_no_command_line()
    {
        await using var server = await PrivatePostgres.StartAsync(Options());
        var password = new NpgsqlConnectionStringBuilder(server.ConnectionString).Password!;

        Assert.Equal("37", await ScalarAsync(server, "SHOW max_connections"));
        Assert.Equal("UTF8", await ScalarAsync(server, "SHOW server_encoding"));
        Assert.Equal("C.UTF-8", await ScalarAsync(server, "SELECT datcollate FROM pg_database WHERE datname = current_database()"));
        Assert.DoesNotContain(ProcessesOf.Under("/"), commandLine => commandLine.Contains(password, StringComparison.Ordinal));
        var environment = Directory.EnumerateFiles(_scratch.Path, "container.env", SearchOption.AllDirectories).Single();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(environment));
    }

    [ContainerFact]
    public async Task Container_that_is_detached_is_found_by_its_directory_and_stopped_from_there()
    {
        var started = await PrivatePostgres.StartAsync(Options() with { Detached = true });

        var found = PrivatePostgres.Find(_scratch.In("postgres"));

        Assert.NotNull(found);
        Assert.Equal(started.ConnectionString, found.ConnectionString);
        await found.StopAsync();
        Assert.Empty(await Docker.ImagesOnAsync(_scratch.Path));
        Assert.Null(PrivatePostgres.Find(_scratch.In("postgres")));
    }

    [ContainerFact]
    public async Task Container_whose_server_refuses_a_setting_is_reported_with_its_last_words()
    {
        var options = Options() with { Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["max_connections"] = "many" } };

        var error = await Assert.ThrowsAsync<ServerStartException>(() => PrivatePostgres.StartAsync(options));

        Assert.Contains("max_connections", error.Message, StringComparison.Ordinal);
        Assert.Empty(await Docker.ImagesOnAsync(_scratch.Path));
    }

    private PrivateServerOptions Options() => new()
    {
        Directory = _scratch.In("postgres"),
        BinaryDirectories = [_scratch.Path],
        Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["max_connections"] = "37" },
    };

    private static async Task<object?> ScalarAsync(PrivatePostgres server, string sql)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
