// Publishes an upstream event with MassTransit, from the contract alone:
//
//     HEADGATE_PUBLISHER_FILE=... dotnet run BackupCompleted crm-db [ID]
//
// MassTransit declares the exchange before it publishes to it, so its user needs the right to configure that name: docs/events.md.
using Headgate.Contracts.Events;
using MassTransit;

if (args is not [var type, var subject, ..]) return Fail("usage: PublishEvent TYPE SUBJECT [ID]");
if (Environment.GetEnvironmentVariable("HEADGATE_PUBLISHER_FILE") is not { Length: > 0 } file)
    return Fail("HEADGATE_PUBLISHER_FILE is not set: a file with amqp://USER:PASSWORD@HOST:PORT/VIRTUAL-HOST");

var address = new Uri((await File.ReadAllTextAsync(file)).Trim());
var bus = Bus.Factory.CreateUsingRabbitMq(rabbit =>
{
    rabbit.Host(address);
    rabbit.Message<UpstreamEvent>(message => message.SetEntityName("headgate:upstream-events"));
});
await bus.StartAsync();
try
{
    // Returns when the broker has taken it.
    var id = args.Length > 2 ? args[2] : Guid.CreateVersion7().ToString();
    await bus.Publish(new UpstreamEvent { Type = type, Subject = subject, Id = id, Time = TimeProvider.System.GetUtcNow() });
    Console.WriteLine($"Published {type} of {subject}, id {id}");
    return 0;
}
finally
{
    await bus.StopAsync();
}

static int Fail(string sentence)
{
    Console.Error.WriteLine(sentence);
    return 1;
}
