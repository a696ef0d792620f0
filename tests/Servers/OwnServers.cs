namespace Headgate.Tests.Servers;

/// <summary>A PostgreSQL for each of state, source and destination, and a RabbitMQ: for tests that stop or kill them.</summary>
public sealed class OwnServers : IAsyncDisposable
{
    public required PostgresServer State { get; init; }

    public required PostgresServer Source { get; init; }

    public required PostgresServer Destination { get; init; }

    public required RabbitMqServer Broker { get; init; }

    public static async Task<OwnServers> StartAsync()
    {
        var (state, source, destination) = (SharedServers.NewPostgresAsync(), SharedServers.NewPostgresAsync(), SharedServers.NewPostgresAsync());
        var broker = SharedServers.NewRabbitMqAsync();
        return new OwnServers { State = await state, Source = await source, Destination = await destination, Broker = await broker };
    }

    public async ValueTask DisposeAsync()
    {
        await Broker.Private!.DisposeAsync();
        await State.Private!.DisposeAsync();
        await Source.Private!.DisposeAsync();
        await Destination.Private!.DisposeAsync();
    }
}
