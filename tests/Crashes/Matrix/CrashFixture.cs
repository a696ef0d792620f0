namespace Headgate.Crashes.Tests.Matrix;

/// <summary>One installation for all rows of a class.</summary>
public abstract class CrashFixture(IReadOnlyList<string> points) : IAsyncLifetime
{
    internal CrashBench Bench { get; private set; } = null!;

    public async Task InitializeAsync() => Bench = await CrashBench.StartAsync(points);

    public async Task DisposeAsync() => await Bench.DisposeAsync();
}
