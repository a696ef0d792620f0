using Headgate.Tests.Installations;

namespace Headgate.Crashes.Tests.Chaos;

/// <summary>The processes that chaos is made with, looked after as a supervisor would: who has ended is started again.</summary>
sealed class Crew(Installation headgate)
{
    const int LastLines = 60;

    readonly ServiceProcess[] _workers = new ServiceProcess[2];
    readonly bool[] _frozen = new bool[2];

    /// <summary>What each says of its health, and how many connections the broker has.</summary>
    public async Task<string> HealthAsync() =>
        $"health: coordinator {await headgate.Coordinator.HealthAsync()}, workers {string.Join(", ", await Task.WhenAll(_workers.Select(worker => worker.HealthAsync())))}; "
        + $"{await headgate.Broker.Management.ConnectionsAsync(headgate.Broker.Name)} connections to the broker";

    /// <summary>What those who are there now have logged last.</summary>
    public string Output => string.Join("\n\n", _workers.Prepend(headgate.Coordinator).Select(Told));

    public static async Task<Crew> GatherAsync(Installation headgate)
    {
        var crew = new Crew(headgate);
        crew._workers[0] = headgate.Worker;
        await headgate.StartWorkerAsync();
        crew._workers[1] = headgate.Worker;
        return crew;
    }

    public Task KillWorkerAsync(int which)
    {
        _frozen[which] = false;
        return _workers[which].KillAsync();
    }

    public Task KillCoordinatorAsync() => headgate.Coordinator.KillAsync();

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

    /// <summary>Starts who has ended. One that ends while starting, because a server is away, is tried again the next time.</summary>
    public async Task ReviveAsync(Action<string> log)
    {
        if (headgate.Coordinator.HasExited) await TryAsync("coordinator", headgate.StartCoordinatorAsync, log);
        for (var which = 0; which < _workers.Length; which++)
        {
            if (!_workers[which].HasExited) continue;
            var no = which;
            await TryAsync($"worker {no}", async () => { await headgate.StartWorkerAsync(); _workers[no] = headgate.Worker; }, log);
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
                return !headgate.Coordinator.HasExited && _workers.All(worker => !worker.HasExited);
            },
            () => Task.FromResult($"services do not start\n{Output}"));
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
