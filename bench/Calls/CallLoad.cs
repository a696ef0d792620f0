using System.Diagnostics;
using System.Text.Json;

namespace Headgate.Bench.Calls;

/// <summary>The clients, in a process of their own; the order comes in the environment, since it has a key.</summary>
static class CallLoad
{
    public const string Verb = "load-calls";
    public const string Order = "BENCH_CALLS";

    public static async Task<int> RunAsync(string what)
    {
        var order = JsonSerializer.Deserialize<CallOrder>(Environment.GetEnvironmentVariable(Order)!)!;
        using var client = new CallClient(order);
        var tally = what switch
        {
            "calls" => await CallsAsync(client, order),
            "messages" => await MessagesAsync(client, order),
            _ => await new WatchLoad(client, order).RunAsync(),
        };
        Console.WriteLine(JsonSerializer.Serialize(tally));
        return 0;
    }

    static async Task<CallTally> CallsAsync(CallClient client, CallOrder order)
    {
        var begin = Stopwatch.GetTimestamp();
        var taken = new List<double>[order.AtOnce];
        var size = 0;
        await Task.WhenAll(Enumerable.Range(0, order.AtOnce).Select(call => Task.Run(async () =>
        {
            var own = taken[call] = [];
            while (Stopwatch.GetElapsedTime(begin).TotalSeconds is var at && at < order.WarmUpSeconds + order.Seconds)
            {
                var began = Stopwatch.GetTimestamp();
                size = (await client.CallAsync(call, CancellationToken.None)).Length;
                if (at >= order.WarmUpSeconds) own.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
        })));
        // The last ones end a moment after the time, as the first ones began a moment before it.
        return new CallTally(taken.Sum(own => own.Count), order.Seconds, [.. taken.SelectMany(own => own)], size);
    }

    static async Task<CallTally> MessagesAsync(CallClient client, CallOrder order)
    {
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(order.WarmUpSeconds + order.Seconds));
        var begin = Stopwatch.GetTimestamp();
        long count = 0, size = 0;
        await Task.WhenAll(Enumerable.Range(0, order.AtOnce).Select(call => Task.Run(async () =>
        {
            try
            {
                using var response = await client.SendAsync(call, isStream: true, end.Token);
                await foreach (var message in Envelopes.ReadAsync(await response.Content.ReadAsStreamAsync(end.Token), end.Token))
                {
                    size = message.Length;
                    if (Stopwatch.GetElapsedTime(begin).TotalSeconds >= order.WarmUpSeconds) Interlocked.Increment(ref count);
                }
            }
            catch (OperationCanceledException)
            {
                // The time is over.
            }
        })));
        return new CallTally(count, order.Seconds, [], (int)size);
    }
}
