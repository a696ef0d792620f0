using Headgate.SagaRepository.CrashHost.Tallies;
using Headgate.SagaRepository.Tests.Bus;
using MassTransit;

namespace Headgate.SagaRepository.Tests.Crashes;

/// <summary>One database, one queue into the crash hosts, and the test's own queue for what they send, which outlives them all.</summary>
sealed class CrashRun : IAsyncDisposable
{
    readonly string input = $"hg-crash-{Guid.NewGuid():N}";
    readonly bool sendsAgain;
    readonly IBusControl bus;

    CrashRun(TestDatabase database, bool sendsAgain)
    {
        this.sendsAgain = sendsAgain;
        Database = database;
        bus = MassTransit.Bus.Factory.CreateUsingRabbitMq(transport =>
        {
            transport.Host(TestServers.RabbitMq);
            transport.ReceiveEndpoint(Output, endpoint =>
            {
                endpoint.ConfigureConsumeTopology = false;
                endpoint.QueueExpiration = TimeSpan.FromMinutes(10);
                endpoint.ConcurrentMessageLimit = 1;
                endpoint.Handler<TallyGrew>(grown =>
                {
                    Arrived.Add(grown.Message);
                    return Task.CompletedTask;
                });
            });
        });
    }

    public TestDatabase Database { get; }

    public Signal<TallyGrew> Arrived { get; } = new();

    string Output => input + "-out";

    public static async Task<CrashRun> StartAsync(bool sendsAgain, params Tally[] tallies)
    {
        var run = new CrashRun(await TestDatabase.CreateAsync(), sendsAgain);
        await run.Database.AddAsync(tallies);
        await run.bus.StartAsync(TimeSpan.FromSeconds(30));
        return run;
    }

    public async Task SendAsync(IEnumerable<AddToTally> events)
    {
        // An address that makes the queue: no crash host has run yet.
        var endpoint = await bus.GetSendEndpoint(new Uri($"queue:{input}"));
        foreach (var added in events)
            await endpoint.Send(added);
    }

    public CrashHostProcess Run(int concurrency, int killAt = 0) => CrashHostProcess.Start(new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["PG"] = Database.ConnectionString,
        ["AMQP"] = TestServers.RabbitMq.ToString(),
        ["INPUT"] = input,
        ["OUTPUT"] = $"exchange:{Output}",
        ["SENDS_AGAIN"] = sendsAgain.ToString(),
        ["CONCURRENCY"] = concurrency.ToString(),
        ["KILL_AT"] = killAt.ToString(),
    });

    public async Task RunUntilKilledAsync(int commits)
    {
        await using var host = Run(concurrency: 8, commits);
        await host.KilledAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await bus.StopAsync();
        await Database.DisposeAsync();
    }
}
