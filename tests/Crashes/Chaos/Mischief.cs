using Headgate.Tests.Servers;

namespace Headgate.Crashes.Tests.Chaos;

/// <summary>What is done to what a job runs on.</summary>
sealed class Mischief(ChaosFixture fixture, Random random, Action<string> log)
{
    bool _serverWasHit;

    public async Task DoAsync()
    {
        switch (random.Next(13))
        {
            case 0 or 1:
                var killed = random.Next(2);
                log($"kill worker {killed}");
                await fixture.Crew.KillWorkerAsync(killed);
                break;
            case 2 or 3:
                log("kill coordinator");
                await fixture.Crew.KillCoordinatorAsync();
                break;
            case 4 or 5:
                var frozen = random.Next(2);
                log($"freeze worker {frozen}");
                fixture.Crew.Freeze(frozen);
                break;
            case 6:
                log("thaw");
                fixture.Crew.Thaw();
                break;
            case 7:
                log($"cut {await fixture.Headgate.Broker.CloseConnectionsAsync()} connections to the broker");
                break;
            case 8:
                log("empty all queues");
                await fixture.Headgate.EmptyLanesAsync();
                break;
            case 9 or 10:
                log($"{await fixture.Tap.PourAsync(random, random.Next(5, 60))} messages again");
                break;
            case 11:
                log("kill scheduler");
                await fixture.Crew.KillSchedulerAsync();
                break;
            default:
                await HitServerAsync();
                break;
        }
    }

    // One a round: each takes seconds, in which nothing else can happen.
    async Task HitServerAsync()
    {
        if (_serverWasHit) return;
        _serverWasHit = true;
        var (broker, state, source, destination) =
            (fixture.Servers.Broker.Private!, fixture.Servers.State, fixture.Servers.Source, fixture.Servers.Destination);
        switch (random.Next(7))
        {
            case 0:
                var crashes = random.Next(2) == 0;
                log($"{(crashes ? "crash" : "restart")} RabbitMQ");
                if (crashes) await broker.KillAsync();
                await broker.RestartAsync();
                break;
            case 1 or 2: await HitAsync("state", state); break;
            case 3 or 4: await HitAsync("source", source); break;
            default: await HitAsync("destination", destination); break;
        }
    }

    async Task HitAsync(string what, PostgresServer server)
    {
        var crashes = random.Next(2) == 0;
        log($"{(crashes ? "crash" : "restart")} PostgreSQL of {what}");
        if (crashes) await server.Private!.KillAsync();
        await server.Private!.RestartAsync();
        fixture.Headgate.ForgetConnections();
    }
}
