using System.Diagnostics;
using Headgate.Tests.Installations;
using Headgate.Tests.Servers;

namespace Headgate.Crashes.Tests.Stops;

/// <summary>Does what is to happen at the same time as a stop, and undoes it once the stop is shown.</summary>
sealed class StopMischief(StopFixture fixture, StopPlan plan, Random random, Action<string> log)
{
    const int AllCopies = 400;
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(4);

    readonly StopFault _fault = plan.Fault;
    readonly BatchesInHand _inHand = new(fixture);
    readonly bool _isEarly = random.Next(2) == 0;

    /// <summary>Just before the stop; where a batch is to be in hand, once one is.</summary>
    public async Task BeforeAsync(StopProgress progress)
    {
        if (plan.HasBatchInHand)
        {
            log($"worker {await InHandAsync(progress)} has a batch in hand");
            return;
        }

        switch (_fault)
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
        switch (_fault)
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
        if (_fault == StopFault.MessagesLate) await KillAsync();
        await LetGoAsync();
        if (_fault == StopFault.MessagesLate) await PourLateAsync();
    }

    // One who was born later has not heard of the stop, and nobody is there who could tell: only the fence keeps it from writing.
    async Task PourLateAsync()
    {
        log("kill coordinator");
        await fixture.Crew.KillCoordinatorAsync();
        log($"{await fixture.Tap.PourAsync(random, AllCopies)} messages again");
        Stopwatch? idle = null;
        await Installation.EventuallyAsync(
            async () =>
            {
                idle = await fixture.AreWorkersLanesEmptyAsync() ? idle ?? Stopwatch.StartNew() : null;
                return idle?.Elapsed > SharedServers.TotalsEvery * 2;
            },
            () => Task.FromResult("the workers do not put down what came late"));
    }

    // Whose, if anybody's: the job may be through before one was seen.
    async Task<string> InHandAsync(StopProgress progress)
    {
        while (await progress.IsLoadingAsync())
        {
            var workers = await _inHand.OfWorkersAsync();
            switch (_fault)
            {
                case StopFault.BrokerCut:
                    if (!workers.Contains(1)) break;
                    await CutAsync(OutpostLine.Broker);
                    return "1";
                case StopFault.WorkerFrozen:
                    foreach (var which in workers) fixture.Crew.Freeze(which);
                    // What was on its way when it was frozen may have been a commit.
                    if (workers.Count > 0 && (await _inHand.OfWorkersAsync()).Intersect(workers).Any())
                    {
                        log($"freeze worker {string.Join(" and ", workers)}");
                        return string.Join(" and ", workers);
                    }

                    fixture.Crew.Thaw();
                    break;
                default:
                    if (workers.Count > 0) return string.Join(" and ", workers);
                    break;
            }

            await Task.Delay(Look);
        }

        return "none";
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
