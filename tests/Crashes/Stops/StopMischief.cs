using Headgate.Tests.Installations;

namespace Headgate.Crashes.Tests.Stops;

/// <summary>Does what is to happen at the same time as a stop, and undoes it once the stop is shown.</summary>
sealed class StopMischief(StopFixture fixture, StopFault fault, Random random, Action<string> log)
{
    const int AllCopies = 400;

    readonly bool _isEarly = random.Next(2) == 0;

    public async Task BeforeAsync()
    {
        switch (fault)
        {
            case StopFault.WorkerKilled when _isEarly:
                await KillAsync();
                break;
            case StopFault.WorkerFrozen:
                foreach (var which in Victims())
                {
                    log($"freeze worker {which}");
                    fixture.Crew.Freeze(which);
                }

                break;
            case StopFault.BrokerCut:
                await CutAsync(OutpostLine.Broker);
                break;
            case StopFault.DestinationCut:
                await CutAsync(OutpostLine.Destination);
                break;
        }
    }

    /// <summary>While the stop is under way.</summary>
    public async Task DuringAsync()
    {
        await Task.Delay(random.Next(30));
        switch (fault)
        {
            case StopFault.WorkerKilled when !_isEarly:
                await KillAsync();
                break;
            case StopFault.CoordinatorKilled:
                log("kill coordinator");
                await fixture.Crew.KillCoordinatorAsync();
                break;
            case StopFault.MessagesTwice:
                log($"{await fixture.Tap.PourAsync(random, random.Next(5, 60))} messages again");
                break;
        }
    }

    /// <summary>Everybody is there, moves, and reaches everything again.</summary>
    public async Task LetGoAsync()
    {
        await fixture.Outpost.MendAsync();
        await fixture.Crew.LetGoAsync(log);
    }

    /// <summary>The stop was shown.</summary>
    public async Task AfterAsync()
    {
        // One who was born later has not heard of the stop: only the fence keeps it from writing.
        if (fault == StopFault.MessagesLate) await KillAsync();
        await LetGoAsync();
        if (fault == StopFault.MessagesLate) log($"{await fixture.Tap.PourAsync(random, AllCopies)} messages again");
    }

    async Task KillAsync()
    {
        foreach (var which in Victims())
        {
            log($"kill worker {which}");
            await fixture.Crew.KillWorkerAsync(which);
        }
    }

    async Task CutAsync(OutpostLine line)
    {
        log($"cut worker 1 off from the {line.ToString().ToLowerInvariant()} ({fixture.Outpost.Means})");
        await fixture.Outpost.CutAsync(line);
    }

    int[] Victims() => random.Next(3) switch { 0 => [0], 1 => [1], _ => [0, 1] };
}
