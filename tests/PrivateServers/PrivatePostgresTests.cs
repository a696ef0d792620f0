using Npgsql;

namespace Headgate.PrivateServers.Tests;

public sealed class PrivatePostgresTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Restart_keeps_port_and_data()
    {
        await using var server = await PrivatePostgres.StartAsync(Options());
        await ExecuteAsync(server, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)");
        var (port, process) = (server.Port, server.ServerProcessId);

        await server.RestartAsync();

        Assert.Equal(7, await ScalarAsync(server, "SELECT id FROM kept"));
        Assert.Equal(port, server.Port);
        Assert.NotEqual(process, server.ServerProcessId);
    }

    [Fact]
    public async Task Kill_ends_it_without_a_checkpoint_and_the_next_start_recovers()
    {
        await using var server = await PrivatePostgres.StartAsync(Options());
        await ExecuteAsync(server, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)");

        await server.KillAsync();
        Assert.False(server.IsRunning);
        await server.RestartAsync();

        Assert.Equal(7, await ScalarAsync(server, "SELECT id FROM kept"));
        Assert.Contains("automatic recovery in progress", await File.ReadAllTextAsync(server.LogFile), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_leaves_no_process_and_the_directory_starts_again_with_its_data()
    {
        var first = await PrivatePostgres.StartAsync(Options());
        await ExecuteAsync(first, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)");
        var (process, data) = (first.ServerProcessId, first.DataDirectory);

        await first.StopAsync();

        Assert.False(ProcessesOf.Exists(process));
        Assert.Empty(ProcessesOf.Under(data));
        await using var second = await PrivatePostgres.StartAsync(Options());
        Assert.Equal(7, await ScalarAsync(second, "SELECT id FROM kept"));
    }

    [Fact]
    public async Task A_temporary_server_takes_its_data_with_it()
    {
        var server = await PrivatePostgres.StartAsync(Options() with { Temporary = true });
        var data = server.DataDirectory;

        await server.StopAsync();

        Assert.False(Directory.Exists(data));
        Assert.False(Directory.Exists(_scratch.In("postgres")));
        Assert.Empty(ProcessesOf.Under(_scratch.Path));
    }

    [Fact]
    public async Task A_detached_server_is_found_by_its_directory_and_stopped_from_there()
    {
        var started = await PrivatePostgres.StartAsync(Options() with { Detached = true });
        var process = started.ServerProcessId;

        var again = await PrivatePostgres.StartAsync(Options() with { Detached = true });
        var found = PrivatePostgres.Find(_scratch.In("postgres"));

        Assert.Equal(process, again.ServerProcessId);
        Assert.NotNull(found);
        Assert.Equal(started.ConnectionString, found.ConnectionString);
        await found.StopAsync();
        Assert.False(ProcessesOf.Exists(process));
        Assert.Null(PrivatePostgres.Find(_scratch.In("postgres")));
    }

    [Fact]
    public async Task Settings_reach_the_server_and_it_stays_durable_unless_told_otherwise()
    {
        await using var server = await PrivatePostgres.StartAsync(new PrivateServerOptions
        {
            Directory = _scratch.In("postgres"),
            Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["max_connections"] = "37" },
        });

        Assert.Equal("37", await ScalarAsync(server, "SHOW max_connections"));
        Assert.Equal("on", await ScalarAsync(server, "SHOW fsync"));
        Assert.Equal("127.0.0.1", await ScalarAsync(server, "SHOW listen_addresses"));
    }

    [Fact]
    public async Task The_state_file_is_readable_by_its_owner_only_and_no_password_is_on_a_command_line()
    {
        await using var server = await PrivatePostgres.StartAsync(Options());
        var password = new NpgsqlConnectionStringBuilder(server.ConnectionString).Password!;

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_scratch.In("postgres/server.json")));
        Assert.DoesNotContain(ProcessesOf.Under("/"), commandLine => commandLine.Contains(password, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_setting_that_the_server_refuses_is_reported_with_its_last_words()
    {
        var options = Options() with { Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["max_connections"] = "many" } };

        var error = await Assert.ThrowsAsync<ServerStartException>(() => PrivatePostgres.StartAsync(options));

        Assert.Contains("max_connections", error.Message, StringComparison.Ordinal);
        Assert.Empty(ProcessesOf.Under(_scratch.Path));
    }

    [Fact]
    public async Task A_machine_without_it_is_told_how_to_get_it()
    {
        var options = Options() with { BinaryDirectories = [_scratch.Path], AllowContainers = false };

        var error = await Assert.ThrowsAsync<MissingServerException>(() => PrivatePostgres.StartAsync(options));

        Assert.Contains("apt-get install postgresql", error.Message, StringComparison.Ordinal);
        Assert.Contains("HEADGATE_TEST_PG", error.Message, StringComparison.Ordinal);
    }

    private PrivateServerOptions Options() => new()
    {
        Directory = _scratch.In("postgres"),
        Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["fsync"] = "off" },
    };

    private static Task ExecuteAsync(PrivatePostgres server, string sql) => ScalarAsync(server, sql);

    private static async Task<object?> ScalarAsync(PrivatePostgres server, string sql)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
