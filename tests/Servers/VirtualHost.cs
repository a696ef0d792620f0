using System.Security.Cryptography;
using Headgate.PrivateServers;

namespace Headgate.Tests.Servers;

/// <summary>A fresh RabbitMQ virtual host for one test, deleted with its queues when disposed.</summary>
public sealed class VirtualHost : IAsyncDisposable
{
    private VirtualHost(string name, string password, RabbitMqServer server)
    {
        Name = name;
        Management = server.Management;
        AmqpUri = new UriBuilder(server.AmqpUri) { UserName = name, Password = password, Path = name }.Uri;
    }

    /// <summary>Name of the virtual host, and of the one user that the test connects as.</summary>
    public string Name { get; }

    /// <summary>Address of a user who may do anything in this virtual host and nothing elsewhere, credentials included.</summary>
    public Uri AmqpUri { get; }

    public RabbitMqManagement Management { get; }

    /// <param name="prefix">Start of its name.</param>
    /// <param name="on">The broker; null: the one that all tests share.</param>
    public static async Task<VirtualHost> CreateAsync(string prefix = "test", RabbitMqServer? on = null)
    {
        var server = on ?? await SharedServers.RabbitMqAsync();
        var name = $"{prefix}-{RandomNumberGenerator.GetHexString(12, lowercase: true)}";
        var password = RandomNumberGenerator.GetHexString(24, lowercase: true);
        await server.Management.CreateUserAsync(name, password);
        await server.Management.CreateVirtualHostAsync(name, [name]);
        return new VirtualHost(name, password, server);
    }

    public Task<IReadOnlyList<QueueInfo>> QueuesAsync() => Management.QueuesAsync(Name);

    /// <summary>Ready and unacknowledged messages of one queue; null if there is no such queue.</summary>
    public Task<long?> MessagesAsync(string queue) => Management.MessagesAsync(queue, Name);

    /// <summary>Cuts every connection of the test to the broker and returns how many. Clients are free to come back.</summary>
    public Task<int> CloseConnectionsAsync() => Management.CloseConnectionsAsync(Name);

    public async ValueTask DisposeAsync()
    {
        await Management.DeleteVirtualHostAsync(Name);
        await Management.DeleteUserAsync(Name);
    }
}
