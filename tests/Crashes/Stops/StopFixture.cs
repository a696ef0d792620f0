using Headgate.Crashes.Tests.Chaos;
using Headgate.Tests.Installations;

namespace Headgate.Crashes.Tests.Stops;

/// <summary>An installation with two workers, the second of which can be cut off; all rounds use it one after the other.</summary>
public sealed class StopFixture : IAsyncLifetime
{
    public Installation Headgate { get; private set; } = null!;

    public OperatorBus Bus { get; private set; } = null!;

    public Outpost Outpost { get; private set; } = null!;

    /// <summary>Null: mails are not judged.</summary>
    public IMailbox? Mailbox { get; }

    internal Crew Crew { get; private set; } = null!;

    internal Tap Tap { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Headgate = await Installation.StartAsync(environment =>
        {
            environment["HEADGATE_COORDINATOR__STALLAFTER"] = "00:00:01";
            environment["HEADGATE_COORDINATOR__FENCEPATIENCE"] = "00:00:02";
            // Longer than any cut.
            environment["HEADGATE_BUS_PATIENCE"] = "00:00:30";
        });
        Outpost = await Outpost.SetUpAsync(Headgate.Environment);
        Crew = await Crew.GatherAsync(Headgate, Outpost);
        Tap = await Tap.OpenAsync(Headgate.Broker.AmqpUri);
        Bus = await OperatorBus.ConnectAsync(Headgate.Broker.AmqpUri);
        await StopScene.PrepareAsync(Headgate);
        await WarmUpAsync();
    }

    public async Task DisposeAsync()
    {
        await Bus.DisposeAsync();
        await Headgate.EndServicesAsync();
        await Headgate.DisposeAsync();
        await Outpost.DisposeAsync();
    }

    // The first run of all installs schema headgate, which is no round's doing.
    async Task WarmUpAsync()
    {
        await Headgate.Source.ExecuteAsync("create table warm_up (id int primary key); insert into warm_up select generate_series(1, 100)");
        await Headgate.ApplyAsync(Pipelines.Of("warm-up", Pipelines.Object("warm_up")));
        await Headgate.CompleteAsync(await Bus.SendRunAsync("warm-up"));
    }
}
