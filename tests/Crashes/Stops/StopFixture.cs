using Headgate.Crashes.Tests.Chaos;
using Headgate.Hosting.Bus;
using Headgate.Tests.Installations;
using Headgate.Tests.Mail;

namespace Headgate.Crashes.Tests.Stops;

/// <summary>An installation with two workers, the second of which can be cut off; all rounds use it one after the other.</summary>
public sealed class StopFixture : IAsyncLifetime
{
    static readonly string[] WorkersLanes = [Lanes.Prepare, Lanes.Extract, Lanes.Load];

    public Installation Headgate { get; private set; } = null!;

    public OperatorBus Bus { get; private set; } = null!;

    public Outpost Outpost { get; private set; } = null!;

    public IMailbox Mailbox { get; private set; } = null!;

    internal Crew Crew { get; private set; } = null!;

    internal Tap Tap { get; private set; } = null!;

    MailServer _mail = null!;

    public async Task InitializeAsync()
    {
        _mail = await MailServer.StartAsync();
        Headgate = await Installation.StartAsync(environment =>
        {
            foreach (var (name, value) in _mail.Settings) environment[name] = value;
            environment["HEADGATE_COORDINATOR__STALLAFTER"] = "00:00:01";
            environment["HEADGATE_COORDINATOR__FENCEPATIENCE"] = "00:00:02";
            // Longer than any cut.
            environment["HEADGATE_BUS_PATIENCE"] = "00:00:30";
        });
        await Headgate.StartNotifierAsync();
        Mailbox = new StopMailbox(Headgate.State, _mail);
        Outpost = await Outpost.SetUpAsync(Headgate.Environment);
        Crew = await Crew.GatherAsync(Headgate, Outpost);
        Tap = await Tap.OpenAsync(Headgate.Broker.AmqpUri, Lanes.Notices);
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
        await _mail.DisposeAsync();
    }

    public async Task<bool> AreWorkersLanesEmptyAsync() =>
        (await Headgate.Broker.QueuesAsync()).Where(queue => WorkersLanes.Contains(queue.Name)).All(queue => queue.Messages == 0);

    // The first run of all installs schema headgate, which is no round's doing.
    async Task WarmUpAsync()
    {
        await Headgate.Source.ExecuteAsync("create table warm_up (id int primary key); insert into warm_up select generate_series(1, 100)");
        await Headgate.ApplyAsync(Pipelines.Of("warm-up", Pipelines.Object("warm_up")));
        await Headgate.CompleteAsync(await Bus.SendRunAsync("warm-up"));
    }
}
