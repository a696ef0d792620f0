using Headgate.Tests.Installations;

namespace Headgate.Crashes.Tests.Chaos;

/// <summary>The processes that chaos is made with, looked after as a supervisor would: who has ended is started again.</summary>
sealed class Crew(Installation headgate, Outpost? outpost)
{
    const int LastLines = 60;
    const string EndsToBeStarted = "the process ends to be started again";

    readonly ServiceProcess[] _workers = new ServiceProcess[2];
    readonly bool[] _frozen = new bool[2];
    readonly HashSet<ServiceProcess> _ended = [];

    /// <summary>What each says of its health, and how many connections the broker has.</summary>
    public async Task<string> HealthAsync() =>
        $"health: coordinator {await headgate.Coordinator.HealthAsync()}, workers {string.Join(", ", await Task.WhenAll(_workers.Select(worker => worker.HealthAsync())))}; "
        + $"{await headgate.Broker.Management.ConnectionsAsync(headgate.Broker.Name)} connections to the broker";

    /// <summary>What those who are there now have logged last.</summary>
    public string Output => string.Join("\n\n", Everybody.Select(Told));

    IEnumerable<ServiceProcess> Everybody => [headgate.Scheduler, headgate.Coordinator, .. _workers];

    /// <param name="headgate">Whose.</param>
    /// <param name="outpost">Where the second worker is; null: where the first one is.</param>
    public static async Task<Crew> GatherAsync(Installation headgate, Outpost? outpost = null)
    {
        var crew = new Crew(headgate, outpost);
        crew._workers[0] = headgate.Worker;
        await crew.StartWorkerAsync(1);
        return crew;
    }

    /// <summary>Everybody can be asked and has what it needs: broker and database.</summary>
    public async Task<bool> IsReadyAsync() =>
        (await Task.WhenAll(Everybody.Select(service => service.HealthAsync()))).All(health => health.StartsWith("200", StringComparison.Ordinal));

    public Task KillWorkerAsync(int which)
    {
        _frozen[which] = false;
        return KillAsync(_workers[which]);
    }

    public Task KillCoordinatorAsync() => KillAsync(headgate.Coordinator);

    public Task KillSchedulerAsync() => KillAsync(headgate.Scheduler);

    public void Freeze(int which)
    {
        _workers[which].Freeze();
        _frozen[which] = true;
    }

    public void Thaw()
    {
        for (var which = 0; which < _workers.Length; which++)
        {
            if (_frozen[which]) _workers[which].Thaw();
            _frozen[which] = false;
        }
    }

    /// <summary>
    /// Starts who has ended. One that ends while starting, because a server is away, is tried again the next time. One that ran may end
    /// by itself for one reason only, which it tells; any other is a failure of the round.
    /// </summary>
    public async Task ReviveAsync(Action<string> log)
    {
        foreach (var ended in Everybody.Where(service => service.HasExited && _ended.Add(service)))
        {
            await ended.ExitedAsync();
            if (!ended.Output.Contains(EndsToBeStarted, StringComparison.Ordinal))
                throw new InvalidOperationException($"a service ended by itself, with {ended.ExitCode}:\n{Told(ended)}");
            log("a service ended to be started again, since its bus did not come back");
        }

        if (headgate.Scheduler.HasExited) await TryAsync("scheduler", headgate.StartSchedulerAsync, log);
        if (headgate.Coordinator.HasExited) await TryAsync("coordinator", headgate.StartCoordinatorAsync, log);
        for (var which = 0; which < _workers.Length; which++)
        {
            if (!_workers[which].HasExited) continue;
            var no = which;
            await TryAsync($"worker {no}", () => StartWorkerAsync(no), log);
        }
    }

    /// <summary>Everybody is there and moves.</summary>
    public async Task LetGoAsync(Action<string> log)
    {
        Thaw();
        await Installation.EventuallyAsync(
            async () =>
            {
                await ReviveAsync(log);
                return Everybody.All(service => !service.HasExited);
            },
            () => Task.FromResult($"services do not start\n{Output}"));
    }

    async Task StartWorkerAsync(int which)
    {
        await headgate.StartWorkerAsync(which == 1 ? outpost : null);
        _workers[which] = headgate.Worker;
    }

    // One that has ended by itself before is judged by the next look at all.
    Task KillAsync(ServiceProcess service)
    {
        if (!service.HasExited) _ended.Add(service);
        return service.KillAsync();
    }

    static string Told(ServiceProcess service) => string.Join('\n', service.Output.Split('\n').TakeLast(LastLines).Select(Short));

    // The lines are JSON; time and message are enough here.
    static string Short(string line) =>
        line.Split("\"Message\":\"") is [var head, var tail, ..] ? $"{head.Split('T')[^1].Split('"')[0]} {tail.Split("\",\"State\"")[0]}" : line;

    static async Task TryAsync(string who, Func<Task> start, Action<string> log)
    {
        try
        {
            await start();
            log($"{who} started");
        }
        catch (InvalidOperationException ended)
        {
            log($"{who} did not start: {ended.Message.Split('\n')[0]}");
        }
    }
}
