using Headgate.Hosting.Bus;
using RabbitMQ.Client;

namespace Headgate.Crashes.Tests.Chaos;

/// <summary>
/// Takes a copy of every message on its way into a lane, and puts copies into the lanes' queues again: twice, late, and in another order.
/// </summary>
sealed class Tap
{
    const string Queue = "chaos.tap";
    const int Most = 400;

    static readonly string[] Tapped =
    [
        Lanes.Starts, Lanes.JobCommands, Lanes.Progress, Lanes.JobProgress, Lanes.Fences, Lanes.Upkeep, Lanes.Prepare, Lanes.Extract, Lanes.Load,
    ];

    readonly ConnectionFactory _broker;
    readonly List<(string Lane, BasicProperties Properties, byte[] Body)> _kept = [];

    Tap(Uri broker) => _broker = new ConnectionFactory { Uri = broker, AutomaticRecoveryEnabled = false };

    /// <param name="broker">The broker.</param>
    /// <param name="more">Lanes beside those of coordinator and workers, of services that are there.</param>
    public static async Task<Tap> OpenAsync(Uri broker, params string[] more)
    {
        var tap = new Tap(broker);
        await using var connection = await tap._broker.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false);
        foreach (var lane in Tapped.Concat(more)) await channel.QueueBindAsync(Queue, lane, "");
        return tap;
    }

    /// <summary>Begins with nothing: copies of an earlier round would be of jobs that are long over.</summary>
    public async Task EmptyAsync()
    {
        _kept.Clear();
        await using var connection = await _broker.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueuePurgeAsync(Queue);
    }

    /// <summary>Puts so many of the copies taken so far into their lanes' queues, in random order; any of them may come again later.</summary>
    public async Task<int> PourAsync(Random random, int count)
    {
        await using var connection = await _broker.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        while (_kept.Count < Most && await channel.BasicGetAsync(Queue, autoAck: true) is { } message)
            _kept.Add((message.Exchange, new BasicProperties(message.BasicProperties), message.Body.ToArray()));
        var copies = _kept.ToArray();
        random.Shuffle(copies);
        foreach (var (lane, properties, body) in copies.Take(count))
        {
            // Straight into the queue: by the exchange it would come to the tap again.
            await channel.BasicPublishAsync("", lane, mandatory: false, properties, body);
        }

        return Math.Min(count, copies.Length);
    }
}
