namespace Headgate.JobCoordinator.Tests;

static class Eventually
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);

    /// <summary>Until something holds in a database: nobody tells of it, so it is looked for.</summary>
    public static async Task HoldsAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await holds()) await Task.Delay(Glance, patience.Token);
    }
}
