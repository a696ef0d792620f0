using System.Net;
using Headgate.JobCoordinator.Calls;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace Headgate.JobCoordinator.Relaying;

/// <summary>Where workers meet this very coordinator: the one that holds the call, of however many there are.</summary>
sealed class RelayAddress(IServiceProvider services, IOptions<CoordinatorOptions> options)
{
    // What RpcPorts calls the ends of a port that are not for clients.
    const string NotForClients = "http2-of-";

    /// <exception cref="Grpc.Core.RpcException">UNAVAILABLE: none was set, and it listens nowhere in cleartext.</exception>
    public Uri Find() => options.Value.RelayAddress ?? Listened().OrderBy(address => address.IsLoopback).FirstOrDefault()
        ?? throw CallErrors.Unavailable("This coordinator has no address for workers: HEADGATE_COORDINATOR__RELAYADDRESS is to be set.");

    // When the server has started: a port may be one that it was given only then.
    IEnumerable<Uri> Listened() =>
        services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses
            .Where(address => !address.Contains(NotForClients, StringComparison.Ordinal)).Select(BindingAddress.Parse)
            .Where(address => address.Scheme == "http" && !address.IsUnixPipe)
            .Select(address => new UriBuilder("http", HostOf(address.Host), address.Port).Uri) ?? [];

    static string HostOf(string host)
    {
        if (string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)) return host;
        return IPAddress.TryParse(host.Trim('[', ']'), out var ip) && !ip.Equals(IPAddress.Any) && !ip.Equals(IPAddress.IPv6Any) ? host : Environment.MachineName;
    }
}
