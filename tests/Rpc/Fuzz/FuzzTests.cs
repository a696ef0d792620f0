using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using Headgate.Rpc.Testing.V1;
using Headgate.Rpc.Tests.Probe;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit.Abstractions;

namespace Headgate.Rpc.Tests.Fuzz;

/// <summary>Nonsense of all kinds, from a seed. HEADGATE_FUZZ_REQUESTS and HEADGATE_FUZZ_SEED ask for more, or for the same again.</summary>
[Collection(nameof(Alone))]
public sealed class FuzzTests(ITestOutputHelper output)
{
    const int AtOnce = 8;
    const int WarmUp = 200;
    const long MemoryBound = 32L * 1024 * 1024;
    const int HandlesBound = 32;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    static readonly TimeSpan RestPatience = TimeSpan.FromSeconds(60);
    static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task Server_withstands_nonsense()
    {
        var requests = Setting("HEADGATE_FUZZ_REQUESTS", 400);
        var seed = Setting("HEADGATE_FUZZ_SEED", 1);
        using var connections = new OpenConnections();
        var faults = new Faults();
        await using var server = await ProbeServer.StartAsync(builder => builder.Services.Configure<LoggerFilterOptions>(options => options.MinLevel = LogLevel.None)
            .AddSingleton<ILoggerProvider>(faults).AddLogging(logging => logging.AddFilter<Faults>(null, LogLevel.Error)));
        await ServeAsync(server, WarmUp, seed - 1);
        await IsHealthyAsync(server);
        var before = await RestingAsync(server, connections, before: null);
        var began = Stopwatch.GetTimestamp();
        await ServeAsync(server, requests, seed);
        var taken = Stopwatch.GetElapsedTime(began);
        await IsHealthyAsync(server);
        var after = await RestingAsync(server, connections, before);
        output.WriteLine($"{requests:N0} requests of seed {seed} in {taken.TotalSeconds:0.0} s; before: {before}; after: {after}");
        Assert.Equal(0, after.Calls);
        Assert.InRange(after.Connections, 0, before.Connections);
        Assert.InRange(after.Handles, 0, before.Handles + HandlesBound);
        Assert.InRange(after.Memory, 0, before.Memory + MemoryBound);
        Assert.True(faults.Kept.Count == 0, $"{faults.Kept.Count} faults, the first of which are:\n{string.Join('\n', faults.Kept.Take(3))}");
    }

    static async Task ServeAsync(ProbeServer server, long count, long seed)
    {
        using var attacks = new Attacks(server);
        await Parallel.ForAsync(0L, count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, _) =>
        {
            try
            {
                // Each from a seed of its own, so that one can be sent again alone.
                await attacks.SendAsync(new Random(Mixed(seed, number))).WaitAsync(Patience);
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"Request {number} of seed {seed}: {error.Message}", error);
            }
        });
    }

    static async Task IsHealthyAsync(ProbeServer server)
    {
        Assert.Equal("still there", (await server.Client.EchoAsync(new EchoRequest { Text = "still there" })).Text);
        using var response = await server.Http.PostAsJsonAsync("/headgate.rpc.testing.v1.ProbeService/Echo", new { text = "still there" });
        Assert.Contains("still there", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    /// <summary>What is left when all is done: calls and connections end a moment after their client has gone, and pools shrink when they are idle.</summary>
    static async Task<Held> RestingAsync(ProbeServer server, OpenConnections connections, Held? before)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var held = new Held(server.OpenCalls, connections.Count, Handles(), GC.GetTotalMemory(forceFullCollection: true));
            if (held.IsAtMost(before) || Stopwatch.GetElapsedTime(began) > RestPatience) return held;
            await Task.Delay(Glance);
        }
    }

    static int Handles() => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();

    static int Mixed(long seed, long number) => unchecked((int)((seed * 1_000_003) + number));

    static long Setting(string name, long otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? long.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture) : otherwise;

    sealed record Held(int Calls, long Connections, int Handles, long Memory)
    {
        /// <summary>The healthy clients have a connection each, and that of HTTP/2 counts as two.</summary>
        public bool IsAtMost(Held? before) => Calls == 0 && Connections <= (before?.Connections ?? 3)
            && (before is null || (Handles <= before.Handles + HandlesBound && Memory <= before.Memory + MemoryBound));

        public override string ToString() => $"{Calls} calls, {Connections} connections, {Handles} handles, {Memory / 1e6:0.0} MB";
    }

    /// <summary>What is held is that of the whole process.</summary>
    [CollectionDefinition(nameof(Alone), DisableParallelization = true)]
    public sealed class Alone;
}
