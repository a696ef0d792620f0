using System.Diagnostics;
using System.Globalization;
using Headgate.Rpc.Testing.V1;
using Headgate.Rpc.Tests.Probe;

namespace Headgate.Rpc.Tests.Fuzz;

/// <summary>Nonsense of all kinds, from a seed. HEADGATE_FUZZ_REQUESTS and HEADGATE_FUZZ_SEED ask for more, or for the same again.</summary>
public sealed class FuzzTests
{
    const int AtOnce = 8;
    const long MemoryBound = 64L * 1024 * 1024;
    static readonly string[] MessageErrors = [" System.IO.InvalidDataException: ", " Google.Protobuf.InvalidProtocolBufferException: "];
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Server_withstands_nonsense()
    {
        var requests = Setting("HEADGATE_FUZZ_REQUESTS", 400);
        var seed = Setting("HEADGATE_FUZZ_SEED", 1);
        await using var server = await ProbeServer.StartAsync();
        await ServeAsync(server, 0, Math.Min(requests, 100), seed - 1);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await ServeAsync(server, 0, requests, seed);
        Assert.Equal("still there", (await server.Client.EchoAsync(new EchoRequest { Text = "still there" })).Text);
        await NoCallIsOpenAsync(server);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, MemoryBound);
        // Nothing of it is a fault of the server.
        Assert.DoesNotContain(server.Log.Lines, line =>
            line.StartsWith("Critical", StringComparison.Ordinal) || (line.StartsWith("Error", StringComparison.Ordinal) && !IsOfTheMessage(line)));
    }

    static async Task ServeAsync(ProbeServer server, int from, int count, int seed)
    {
        using var attacks = new Attacks(server);
        await Parallel.ForEachAsync(
            Enumerable.Range(from, count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (number, _) =>
            {
                var name = $"request {number} of seed {seed}";
                try
                {
                    // Each from a seed of its own, so that one can be sent again alone.
                    await attacks.SendAsync(new Random(HashCode(seed, number))).WaitAsync(Patience);
                }
                catch (Exception error) when (error is not Xunit.Sdk.XunitException)
                {
                    throw new InvalidOperationException($"{name} failed", error);
                }
            });
    }

    /// <summary>gRPC logs what clients send amiss as an error.</summary>
    static bool IsOfTheMessage(string line) =>
        line.StartsWith("Error Grpc.AspNetCore.Server.ServerCallHandler: ", StringComparison.Ordinal)
        && MessageErrors.Any(error => line.Contains(error, StringComparison.Ordinal));

    static async Task NoCallIsOpenAsync(ProbeServer server)
    {
        // A call is counted a moment longer than its client waits.
        var began = Stopwatch.GetTimestamp();
        while (server.OpenCalls > 0 && Stopwatch.GetElapsedTime(began) < Patience) await Task.Yield();
        Assert.Equal(0, server.OpenCalls);
    }

    static int HashCode(int seed, int number) => unchecked((seed * 1_000_003) + number);

    static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
