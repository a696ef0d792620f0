using System.Text.Json.Serialization;
using Headgate.Hosting.Bus;
using Headgate.Hosting.Faults;
using Headgate.Notifier.Tests.Running;
using Headgate.Tests.Installations;
using Headgate.Tests.Servers;
using MassTransit;

namespace Headgate.Notifier.Tests.Mail;

/// <summary>kill -9 of a notifier, on RabbitMQ, at each of its points.</summary>
public sealed class KilledTests
{
    [Theory]
    [InlineData(FaultPoints.NoticeKept, 1)]
    [InlineData($"{FaultPoints.NoticeAccepted}/Mail", 2)]
    public async Task Notifier_that_is_killed_sends_once_unless_it_was_between_answer_and_mark(string point, int mails)
    {
        await using var bench = await NotifierBench.StartAsync();
        await using var broker = await VirtualHost.CreateAsync("notifier");
        var orders = Path.GetTempFileName();
        await File.WriteAllTextAsync(orders, point);
        var environment = new Dictionary<string, string>(bench.Mail.Settings, StringComparer.Ordinal)
        {
            ["HEADGATE_STATE"] = bench.State.ConnectionString,
            ["HEADGATE_AMQP"] = broker.AmqpUri.ToString(),
            ["HEADGATE_HALT_AT"] = orders,
        };
        var (job, id) = (Guid.NewGuid(), Guid.NewGuid());
        await using (var victim = await ServiceProcess.StartAsync("notifier", "Headgate.Notifier", environment))
        {
            await SendAsync(broker.AmqpUri, Events.Canceled(job), id);
            Assert.Equal(point, await victim.HaltedAsync());
            if (mails == 2) await bench.Mail.ReceivedAsync(_ => true);
            await victim.KillAsync();
        }

        await File.WriteAllTextAsync(orders, "");
        await using var next = await ServiceProcess.StartAsync("notifier", "Headgate.Notifier", environment);
        await bench.RowAsync(job, "state = 'Sent'");
        Assert.Equal(Enumerable.Repeat($"{id:N}@example.com", mails), bench.Mail.Received.Select(mail => mail.MessageId));
        File.Delete(orders);
    }

    static async Task SendAsync<T>(Uri broker, T notice, Guid id)
        where T : class
    {
        var bus = Bus.Factory.CreateUsingRabbitMq(transport =>
        {
            transport.Host(broker);
            transport.ConfigureJsonSerializerOptions(options =>
            {
                options.Converters.Add(new JsonStringEnumConverter());
                return options;
            });
        });
        await bus.StartAsync();
        var lane = await bus.GetSendEndpoint(Lanes.Address(Lanes.Notices));
        await lane.Send(notice, context => context.MessageId = id);
        await bus.StopAsync();
    }
}
