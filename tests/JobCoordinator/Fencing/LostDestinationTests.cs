using Headgate.Contracts.Fencing;
using Headgate.Contracts.Steps;
using Headgate.JobCoordinator.Tests.Saga;
using Headgate.PrivateServers;
using Headgate.Tests.Servers;
using Npgsql;

namespace Headgate.JobCoordinator.Tests.Fencing;

/// <summary>A destination's server that goes away, comes back, and is promoted.</summary>
[Collection(nameof(SagaCollection))]
public sealed class LostDestinationTests(SagaBench bench) : IAsyncLifetime
{
    PrivatePostgres _server = null!;

    public async Task InitializeAsync() => _server = (await SharedServers.NewPostgresAsync()).Private!;

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Stop_at_a_destination_that_is_away_is_unconfirmed_and_confirmed_once_it_is_back()
    {
        var (job, other) = (await LaunchedAsync(), await LaunchedAsync());
        await _server.KillAsync();
        await job.PauseAsync();

        await bench.MoveAsync(job, open: false);
        await bench.MoveAsync(job, open: false);

        Assert.Equal(2, job.Published<FenceDelayed>().Count);
        Assert.All(job.Published<FenceDelayed>(), delayed => Assert.True(delayed.IsUnreachable));
        Assert.Contains("cannot be reached", job.Published<FenceDelayed>()[0].Waiting, StringComparison.Ordinal);
        await _server.RestartAsync();
        await bench.MoveAsync(job, open: false);
        await other.PauseAsync();
        await bench.MoveAsync(other, open: false);
        Assert.All([job, other], stopped => Assert.Equal(2, stopped.Published<FenceMoved>().Count));
    }

    [Fact]
    public async Task Stop_waits_while_the_destination_is_a_standby_and_after_its_promotion_nothing_is_launched_before_somebody_has_looked()
    {
        var (job, next) = (await LaunchedAsync(), await bench.LaunchingAsync(_server.ConnectionString));
        await bench.MoveAsync(next, open: true);
        await _server.KillAsync();
        await File.WriteAllTextAsync(Path.Combine(_server.DataDirectory, "standby.signal"), "");
        await _server.RestartAsync();
        await job.PauseAsync();

        await bench.MoveAsync(job, open: false);
        Assert.True(Assert.Single(job.Published<FenceDelayed>()).IsUnreachable);
        await PromoteAsync();
        await bench.MoveAsync(job, open: false);
        await bench.MoveAsync(next, open: true);

        Assert.False(job.Published<FenceMoved>()[^1].Open);
        Assert.Equal("destination-changed", Assert.Single(next.Published<StepFailed>()).Problem.Code);
        Assert.Equal(("Failed", "Failed"), (await job.PipelineStateAsync(), await next.PipelineStateAsync()));
    }

    async Task<SagaJob> LaunchedAsync()
    {
        var job = await bench.LaunchingAsync(_server.ConnectionString);
        await bench.MoveAsync(job, open: true);
        await bench.HandleAsync(Assert.Single(job.Published<FenceMoved>()));
        return job;
    }

    async Task PromoteAsync()
    {
        var settings = new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Pooling = false };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("select pg_promote()", connection);
        Assert.Equal(true, await command.ExecuteScalarAsync());
    }
}
