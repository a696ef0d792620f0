using Headgate.IngestWorker.Staging;
using Headgate.IngestWorker.State;
using Headgate.IngestWorker.Tests.Doubles;
using Headgate.IngestWorker.Tests.Worker;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headgate.IngestWorker.Tests.Staging;

/// <summary>Beside a worker that runs: another one with the same staging directory, and one with a directory of its own.</summary>
public sealed class SharedStagingTests : WorkerTest
{
    readonly StagingRoot _other = new();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _other.Dispose();
    }

    [Fact]
    public async Task The_same_directory_under_another_path_is_let_in()
    {
        var link = Path.Combine(_other.Path, "link");
        Directory.CreateSymbolicLink(link, StagingPath);

        await using var second = await WorkerHost.StartAsync(State, link);

        Assert.Equal(2, await State.ScalarAsync<long>("select count(*) from ingest.worker"));
    }

    [Fact]
    public async Task Another_directory_is_refused_while_a_worker_lives_and_the_sentence_names_that_one()
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => EnterAsync(_other.Path));

        Assert.Contains($"{Environment.MachineName}:{Environment.ProcessId}", refused.Message, StringComparison.Ordinal);
        Assert.Contains("HEADGATE_STAGING", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, await State.ScalarAsync<long>("select count(*) from ingest.worker"));
    }

    [Fact]
    public async Task Another_directory_is_let_in_once_the_worker_has_stopped()
    {
        await Worker.StopAsync();

        await EnterAsync(_other.Path);
    }

    [Fact]
    public async Task Another_directory_is_let_in_once_the_lease_of_a_killed_worker_has_run_out()
    {
        await State.ExecuteAsync("update ingest.worker set lease_until = now()");

        await EnterAsync(_other.Path);
    }

    [Fact]
    public async Task A_worker_that_was_away_while_another_directory_came_in_stops()
    {
        await State.ExecuteAsync("update ingest.worker set lease_until = now()");
        await EnterAsync(_other.Path);

        await Worker.Get<SharedStaging>().RenewAsync(default);

        Assert.True(Worker.Get<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
    }

    [Fact]
    public async Task A_directory_that_was_emptied_while_its_workers_live_is_the_same_after_their_next_renewal()
    {
        foreach (var file in Directory.GetFiles(StagingPath)) File.Delete(file);

        await Worker.Get<SharedStaging>().RenewAsync(default);

        await EnterAsync(StagingPath);
    }

    [Fact]
    public async Task A_renewal_brings_back_an_entry_that_is_gone_and_takes_away_files_of_workers_that_are()
    {
        var left = Path.Combine(StagingPath, $".worker-{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(left, "");
        await State.ExecuteAsync("delete from ingest.worker");

        await Worker.Get<SharedStaging>().RenewAsync(default);

        Assert.False(File.Exists(left));
        Assert.Equal(1, await State.ScalarAsync<long>("select count(*) from ingest.worker"));
    }

    [Fact]
    public async Task A_renewal_outlives_a_state_database_whose_name_is_not_found()
    {
        await using var state = new IngestState(Npgsql.NpgsqlDataSource.Create("Host=no-such-host.invalid;Username=x"));
        using var away = Entering(state, _other.Path);

        await away.RenewAsync(default);

        Assert.False(Worker.Get<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
    }

    [Fact]
    public async Task A_directory_that_cannot_be_used_is_refused()
    {
        var file = Path.Combine(_other.Path, "file");
        await File.WriteAllTextAsync(file, "");

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => EnterAsync(Path.Combine(file, "below")));

        Assert.Contains("cannot be written", refused.Message, StringComparison.Ordinal);
    }

    async Task EnterAsync(string path)
    {
        await using var state = new IngestState(Npgsql.NpgsqlDataSource.Create(State.ConnectionString));
        using var entering = Entering(state, path);
        await entering.StartAsync(default);
    }

    SharedStaging Entering(IngestState state, string path) =>
        new(state, new StagingDirectory(path), Worker.Get<IHostApplicationLifetime>(), new JumpingTime(), NullLogger<SharedStaging>.Instance);
}
