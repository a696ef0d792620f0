using Headgate.Hosting.Bus;
using Headgate.Scheduler.Events.Receiving;
using Headgate.UpstreamEvents.Tests.Running;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Headgate.UpstreamEvents.Tests;

/// <summary>What programs of other teams may do at the broker, by the rights that are deployed.</summary>
public sealed class RightsTests : IAsyncLifetime
{
    const string Completed = "Headgate.Contracts.Jobs:JobCompleted";
    const string Command = "Headgate.Contracts.Jobs:PauseJob";
    const int Refused = 403;
    VirtualHost _broker = null!;
    IConnection _owner = null!;

    public async Task InitializeAsync()
    {
        _broker = await VirtualHost.CreateAsync("rights");
        _owner = await ConnectAsync(_broker.AmqpUri);
        await using var channel = await _owner.CreateChannelAsync();
        foreach (var exchange in (string[])[UpstreamExchange.Name, Completed, Command, Lanes.Starts])
            await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true);
        await channel.QueueDeclareAsync(Lanes.UpstreamEvents, durable: true, exclusive: false, autoDelete: false);
        await channel.QueueBindAsync(Lanes.UpstreamEvents, UpstreamExchange.Name, "");
    }

    [Fact]
    public async Task Publisher_publishes_events_and_can_do_nothing_else()
    {
        await using var user = await DeployedUser.CreateAsync(_broker, "headgate_publisher");
        await using var connection = await ConnectAsync(user.Address);
        await using (var channel = await connection.CreateChannelAsync()) await PublishAsync(channel, UpstreamExchange.Name);
        await Installation.EventuallyAsync(async () => await EventsAsync() == 1, () => Task.FromResult("nothing has come"));

        await RefusedAsync(connection, channel => channel.QueueDeclareAsync(""));
        await RefusedAsync(connection, channel => channel.QueueDeclareAsync("own"));
        await RefusedAsync(connection, channel => channel.QueueDeclareAsync("subscriber.own"));
        await RefusedAsync(connection, channel => channel.ExchangeDeclareAsync("own", ExchangeType.Fanout));
        await RefusedAsync(connection, channel => channel.ExchangeDeclareAsync(UpstreamExchange.Name, ExchangeType.Fanout, durable: true));
        await RefusedAsync(connection, channel => channel.ExchangeDeleteAsync(UpstreamExchange.Name));
        await RefusedAsync(connection, channel => channel.QueueDeleteAsync(Lanes.UpstreamEvents));
        await RefusedAsync(connection, channel => channel.QueuePurgeAsync(Lanes.UpstreamEvents));
        await RefusedAsync(connection, channel => channel.BasicGetAsync(Lanes.UpstreamEvents, autoAck: true));
        await RefusedAsync(connection, channel => channel.BasicConsumeAsync(Lanes.UpstreamEvents, autoAck: true, new AsyncEventingBasicConsumer(channel)));
        await RefusedAsync(connection, channel => channel.QueueBindAsync(Lanes.UpstreamEvents, Completed, ""));
        await RefusedAsync(connection, channel => channel.ExchangeBindAsync(UpstreamExchange.Name, Completed, ""));
        foreach (var exchange in (string[])["", Completed, Command, Lanes.Starts, "amq.fanout"])
            await RefusedAsync(connection, channel => PublishAsync(channel, exchange));
        Assert.Equal(1u, await EventsAsync());
    }

    [Fact]
    public async Task Subscriber_reads_events_of_jobs_by_queues_of_its_own_and_can_do_nothing_else()
    {
        await using var user = await DeployedUser.CreateAsync(_broker, "headgate_subscriber");
        await using var connection = await ConnectAsync(user.Address);
        await using (var channel = await connection.CreateChannelAsync())
        {
            await channel.QueueDeclareAsync("subscriber.own", durable: true, exclusive: false, autoDelete: false);
            await channel.QueueBindAsync("subscriber.own", Completed, "");
            await using var owner = await _owner.CreateChannelAsync();
            await PublishAsync(owner, Completed);
            await Installation.EventuallyAsync(
                async () => await channel.BasicGetAsync("subscriber.own", autoAck: true) is not null, () => Task.FromResult("nothing has come"));
        }

        await RefusedAsync(connection, channel => channel.QueueDeclareAsync("own"));
        await RefusedAsync(connection, channel => channel.QueueDeclareAsync(""));
        await RefusedAsync(connection, channel => channel.QueueBindAsync("subscriber.own", Command, ""));
        await RefusedAsync(connection, channel => channel.QueueBindAsync("subscriber.own", UpstreamExchange.Name, ""));
        await RefusedAsync(connection, channel => channel.QueueBindAsync("subscriber.own", Lanes.Starts, ""));
        await RefusedAsync(connection, channel => channel.ExchangeBindAsync(Lanes.Starts, Completed, ""));
        await RefusedAsync(connection, channel => channel.ExchangeDeclareAsync(Completed, ExchangeType.Fanout, durable: true));
        await RefusedAsync(connection, channel => channel.ExchangeDeleteAsync(Completed));
        await RefusedAsync(connection, channel => channel.BasicGetAsync(Lanes.UpstreamEvents, autoAck: true));
        await RefusedAsync(connection, channel => channel.QueuePurgeAsync(Lanes.UpstreamEvents));
        foreach (var exchange in (string[])["", Completed, Command, Lanes.Starts, UpstreamExchange.Name, "amq.fanout"])
            await RefusedAsync(connection, channel => PublishAsync(channel, exchange));
    }

    [Fact]
    public async Task Coordinator_hands_the_notifier_what_is_to_be_told_and_the_notifier_reads_it()
    {
        await using var coordinator = await DeployedUser.CreateAsync(_broker, "headgate_coordinator");
        await using var notifier = await DeployedUser.CreateAsync(_broker, "headgate_notifier");
        await using var sending = await ConnectAsync(coordinator.Address);
        await using var reading = await ConnectAsync(notifier.Address);
        await using var lane = await reading.CreateChannelAsync();
        // As MassTransit declares a lane: an exchange that leads to the queue of its name.
        await lane.ExchangeDeclareAsync(Lanes.Notices, ExchangeType.Fanout, durable: true);
        await lane.QueueDeclareAsync(Lanes.Notices, durable: true, exclusive: false, autoDelete: false);
        await lane.QueueBindAsync(Lanes.Notices, Lanes.Notices, "");
        await using (var channel = await sending.CreateChannelAsync())
        {
            await channel.ExchangeDeclareAsync(Lanes.Notices, ExchangeType.Fanout, durable: true);
            await PublishAsync(channel, Lanes.Notices);
        }

        await Installation.EventuallyAsync(
            async () => await lane.BasicGetAsync(Lanes.Notices, autoAck: true) is not null, () => Task.FromResult("nothing has come"));
    }

    public async Task DisposeAsync()
    {
        await _owner.DisposeAsync();
        await _broker.DisposeAsync();
    }

    // Of the queue itself: what the broker counts for its console it says some time later.
    async Task<uint> EventsAsync()
    {
        await using var channel = await _owner.CreateChannelAsync();
        return await channel.MessageCountAsync(Lanes.UpstreamEvents);
    }

    static Task<IConnection> ConnectAsync(Uri address) => new ConnectionFactory { Uri = address }.CreateConnectionAsync();

    static async Task PublishAsync(IChannel channel, string exchange) =>
        await channel.BasicPublishAsync(exchange, Lanes.UpstreamEvents, mandatory: true, new BasicProperties(), ReadOnlyMemory<byte>.Empty);

    // A refusal ends the channel; that of a publish comes by itself, some time later.
    static async Task RefusedAsync(IConnection connection, Func<IChannel, Task> attempt)
    {
        var confirmed = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
        await using var channel = await connection.CreateChannelAsync(confirmed);
        await Assert.ThrowsAnyAsync<Exception>(() => attempt(channel));
        await Installation.EventuallyAsync(() => Task.FromResult(channel.IsClosed), () => Task.FromResult("the channel is open"));
        Assert.Equal(Refused, channel.CloseReason!.ReplyCode);
    }
}
