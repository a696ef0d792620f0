using System.Security.Cryptography;
using System.Text.Json;
using Headgate.PrivateServers;

namespace Headgate.UpstreamEvents.Tests.Running;

/// <summary>A user with the rights that deploy/rabbitmq/definitions.json gives it, in a test's virtual host.</summary>
sealed class DeployedUser : IAsyncDisposable
{
    readonly VirtualHost _broker;
    readonly string _name;

    DeployedUser(VirtualHost broker, string name, Uri address)
    {
        _broker = broker;
        _name = name;
        Address = address;
    }

    public Uri Address { get; }

    /// <param name="broker">The virtual host.</param>
    /// <param name="deployed">The user's name in the file.</param>
    /// <param name="configure">Other rights to declare than the file's; null: those.</param>
    public static async Task<DeployedUser> CreateAsync(VirtualHost broker, string deployed, string? configure = null)
    {
        using var file = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "deploy", "rabbitmq", "definitions.json")));
        var rights = file.RootElement.GetProperty("permissions").EnumerateArray().Single(each => each.GetProperty("user").GetString() == deployed);
        // Others of the same broker have such a user too.
        var user = new ServiceUser
        {
            Name = $"{deployed}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}",
            Password = RandomNumberGenerator.GetHexString(24, lowercase: true),
            Configure = configure ?? rights.GetProperty("configure").GetString()!,
            Write = rights.GetProperty("write").GetString()!,
            Read = rights.GetProperty("read").GetString()!,
        };
        await broker.Management.CreateUserAsync(user.Name, user.Password);
        await broker.Management.GrantAsync(broker.Name, user);
        return new DeployedUser(broker, user.Name, new UriBuilder(broker.AmqpUri) { UserName = user.Name, Password = user.Password }.Uri);
    }

    public async ValueTask DisposeAsync() => await _broker.Management.DeleteUserAsync(_name);
}
