using Headgate.IngestWorker.Staging;
using Headgate.IngestWorker.State;
using Headgate.IngestWorker.Tests.Doubles;
using Headgate.IngestWorker.Tests.Worker;
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
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(EnterAsync);

        Assert.Contains($"{Environment.MachineName}:{Environment.ProcessId}", refused.Message, StringComparison.Ordinal);
        Assert.Contains("HEADGATE_STAGING", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, await State.ScalarAsync<long>("select count(*) from ingest.worker"));
    }

    [Fact]
    public async Task Another_directory_is_let_in_once_the_worker_has_stopped()
    {
        await Worker.StopAsync();

        await EnterAsync();
    }

    [Fact]
    public async Task Another_directory_is_let_in_once_the_lease_of_a_killed_worker_has_run_out()
    {
        await State.ExecuteAsync("update ingest.worker set lease_until = now()");

        await EnterAsync();
    }

    [Fact]
    public async Task A_directory_that_cannot_be_used_is_refused()
    {
        var file = Path.Combine(_other.Path, "file");
        await File.WriteAllTextAsync(file, "");

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => EnterAsync(Path.Combine(file, "below")));

        Assert.Contains("cannot be used", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Workers_that_start_together_in_a_new_directory_give_it_one_number()
    {
        var numbers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => StagingMarker.ReadOrCreate(_other.Staging))));

        Assert.Single(numbers.Distinct());
    }

    Task EnterAsync() => EnterAsync(_other.Path);

    async Task EnterAsync(string path)
    {
        await using var state = new IngestState(Npgsql.NpgsqlDataSource.Create(State.ConnectionString));
        using var entering = new SharedStaging(state, new StagingDirectory(path), new JumpingTime(), NullLogger<SharedStaging>.Instance);
        await entering.StartAsync(default);
    }
}
