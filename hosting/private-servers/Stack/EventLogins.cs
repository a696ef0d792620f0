using System.Text.Json;
using Headgate.PrivateServers.Processes;

namespace Headgate.PrivateServers.Stack;

/// <summary>
/// Logins for other teams' programs: one that can publish upstream events and nothing else, and one that can read the events of jobs by
/// queues of its own. Made once, kept in <c>event-logins.json</c> (mode 0600); each address is in a file of its own to be handed on.
/// </summary>
internal sealed record EventLogins(string Publisher, string Subscriber)
{
    public const string PublisherFile = "publisher.amqp";
    public const string SubscriberFile = "subscriber.amqp";

    // As deploy/rabbitmq/definitions.json has them.
    private const string Nothing = "";
    private const string UpstreamEvents = "^headgate:upstream-events$";
    private const string OwnQueues = @"^subscriber\.";
    private const string JobEvents =
        @"^(subscriber\.|Headgate\.Contracts\.(Guards:GuardTripped|Jobs:(ExtractionCanceled|Job(Started|Paused|Resumed|Canceled|Failed|Completed|Discarded)))$)";

    public static EventLogins ReadOrCreate(string directory)
    {
        var path = Path.Combine(directory, "event-logins.json");
        if (File.Exists(path)) return JsonSerializer.Deserialize<EventLogins>(File.ReadAllText(path))!;
        var logins = new EventLogins(SecretFile.NewPassword(), SecretFile.NewPassword());
        SecretFile.Write(path, JsonSerializer.Serialize(logins));
        return logins;
    }

    public IReadOnlyList<ServiceUser> Users =>
    [
        new() { Name = "headgate_publisher", Password = Publisher, Configure = Nothing, Write = UpstreamEvents, Read = Nothing },
        new() { Name = "headgate_subscriber", Password = Subscriber, Configure = OwnQueues, Write = OwnQueues, Read = JobEvents },
    ];

    /// <summary>Leaves each one's address beside <c>servers.env</c>, mode 0600.</summary>
    public void WriteAddresses(string directory, PrivateRabbitMq rabbitMq)
    {
        foreach (var (file, user) in ((string[])[PublisherFile, SubscriberFile]).Zip(Users))
            SecretFile.Write(Path.Combine(directory, file), $"{rabbitMq.AmqpUriFor(user.Name, user.Password)}\n");
    }

    public override string ToString() => string.Join(", ", Users);
}
