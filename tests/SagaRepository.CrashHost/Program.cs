using Headgate.SagaRepository.CrashHost;
using Headgate.SagaRepository.CrashHost.Tallies;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// The saga in a process of its own, for a test to kill. Everything is told by the environment, see CrashRun in the tests.
string Setting(string name) => Environment.GetEnvironmentVariable("CRASHHOST_" + name)
    ?? throw new InvalidOperationException($"CRASHHOST_{name} is not set.");

var builder = Host.CreateEmptyApplicationBuilder(settings: null);
builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning);
builder.Services.AddSingleton(new CrashPlan(int.Parse(Setting("KILL_AT"))));
builder.Services.AddSingleton(new TallyRules(new Uri(Setting("OUTPUT")), bool.Parse(Setting("SENDS_AGAIN"))));
builder.Services.AddDbContext<TallyDbContext>(options => options.UseNpgsql(Setting("PG")));
builder.Services.Configure<MassTransitHostOptions>(options => options.WaitUntilStarted = true);
builder.Services.AddMassTransit(bus =>
{
    bus.DisableUsageTelemetry();
    bus.AddSagaStateMachine<TallyMachine, Tally>().EntityFrameworkRepository(repository =>
    {
        repository.ExistingDbContext<TallyDbContext>();
        repository.UsePostgres();
    });
    bus.UsingRabbitMq((context, transport) =>
    {
        transport.Host(new Uri(Setting("AMQP")));
        transport.ReceiveEndpoint(Setting("INPUT"), endpoint =>
        {
            endpoint.ConfigureConsumeTopology = false;
            endpoint.ConcurrentMessageLimit = endpoint.PrefetchCount = int.Parse(Setting("CONCURRENCY"));
            endpoint.UseMessageRetry(retry => retry.Immediate(3));
            endpoint.UseInMemoryOutbox(context);
            endpoint.UseConsumeFilter(typeof(KillAfterCommit<>), context);
            endpoint.ConfigureSaga<Tally>(context);
        });
    });
});
await builder.Build().RunAsync();
