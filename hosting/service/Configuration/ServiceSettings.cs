using Microsoft.Extensions.Configuration;

namespace Headgate.Hosting.Configuration;

/// <summary>
/// What every service is told from outside, in environment variables: never on the command line. What is secret may lie in a file instead:
/// HEADGATE_STATE_FILE and HEADGATE_AMQP_FILE name it.
/// </summary>
public sealed record ServiceSettings
{
    /// <summary>HEADGATE_STATE: the connection string of the service's own schema in the state database.</summary>
    public required string State { get; init; }

    /// <summary>HEADGATE_AMQP: the broker, as amqp(s)://user:password@host:port/virtual-host; null: in memory.</summary>
    public Uri? Amqp { get; init; }

    /// <summary>HEADGATE_STAGING: the directory of staged records, shared by all workers. Default: headgate-staging in the system's temporary directory.</summary>
    public required string Staging { get; init; }

    /// <summary>Reads the settings; a missing or malformed one is an error that names it.</summary>
    /// <exception cref="InvalidOperationException">A setting is missing or malformed.</exception>
    public static ServiceSettings Read(IConfiguration configuration) => new()
    {
        State = Secret.Need(configuration, "HEADGATE_STATE", "the connection string of the state database"),
        Amqp = Broker(Secret.Need(configuration, "HEADGATE_AMQP", "the broker as amqp://user:password@host:port/virtual-host")),
        Staging = configuration["HEADGATE_STAGING"] ?? Path.Combine(Path.GetTempPath(), "headgate-staging"),
    };

    static Uri Broker(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var uri) && (uri.Scheme is "amqp" or "amqps")
            ? uri
            : throw new InvalidOperationException("HEADGATE_AMQP must have the form amqp://user:password@host:port/virtual-host.");
}
