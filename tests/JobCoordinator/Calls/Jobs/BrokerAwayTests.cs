using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Headgate.JobCoordinator.Calls.Commanding;
using Headgate.Tests.Servers;
using Headgate.V1;
using MassTransit;

namespace Headgate.JobCoordinator.Tests.Calls.Jobs;

/// <summary>A command whose broker is away is answered in time, with what can be done.</summary>
public sealed class BrokerAwayTests
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Much = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Broker_that_takes_connections_and_says_nothing()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        await UnansweredAsync(BusTo(silent));
    }

    [Fact]
    public async Task Broker_that_was_there()
    {
        var broker = await VirtualHost.CreateAsync("away");
        var bus = Bus.Factory.CreateUsingRabbitMq(transport => transport.Host(broker.AmqpUri));
        await bus.StartAsync().WaitAsync(Much);
        await broker.DisposeAsync();

        await UnansweredAsync(bus);
    }

    [Fact]
    public async Task Caller_who_hangs_up_is_not_waited_for()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        using var caller = new CancellationTokenSource(Patience);
        var pause = PauseAsync(BusTo(silent), TimeSpan.FromMinutes(1), caller.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pause.WaitAsync(Much));
    }

    // It ends with the process: to stop a bus whose broker is away takes as long as the broker is.
    static IBus BusTo(TcpListener broker)
    {
        broker.Start();
        var bus = Bus.Factory.CreateUsingRabbitMq(transport => transport.Host(new Uri($"amqp://a:a@{broker.LocalEndpoint}/")));
        _ = Task.Run(() => bus.StartAsync());
        return bus;
    }

    static async Task UnansweredAsync(IBus bus)
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => PauseAsync(bus, Patience, default).WaitAsync(Much));
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Contains("Repeat it with the same idempotency_key", error.Status.Detail, StringComparison.Ordinal);
    }

    static Task PauseAsync(IBus bus, TimeSpan patience, CancellationToken cancellationToken) => Task.Run(
        () => new JobCommandSender(bus, deletion: null!, rates: null!, resumes: null!).SendAsync(
            new JobOrder(Operation.PauseJob, "tester", "to look", DateTimeOffset.UnixEpoch), Guid.NewGuid(), Guid.NewGuid(), patience, cancellationToken),
        CancellationToken.None);
}
