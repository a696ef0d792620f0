using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Rpc.Ports;

/// <summary>Serves HTTP/1.1 and HTTP/2 on one port: gRPC, the Connect protocol and everything else.</summary>
public static class RpcPorts
{
    const string Nowhere = "http://127.0.0.1:0";

    /// <summary>
    /// Listens at the addresses that the setting <c>URLS</c> (<c>ASPNETCORE_URLS</c>) names, separated by semicolons; on a free loopback
    /// port if there is none. <c>https</c> takes its certificate from <c>Kestrel:Certificates:Default</c>. Endpoints of
    /// <c>Kestrel:Endpoints</c> are served besides.
    /// </summary>
    /// <remarks>Among the addresses that the server tells, those of the form <c>http://http2-of-...</c> are not for clients.</remarks>
    public static WebApplicationBuilder ListenForRpc(this WebApplicationBuilder builder)
    {
        var urls = builder.Configuration[WebHostDefaults.ServerUrlsKey] is { Length: > 0 } configured ? configured : Nowhere;
        // Kestrel warns of addresses that it is told twice.
        builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, "");
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ListenForRpc([.. urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(BindingAddress.Parse)]);
        return builder;
    }

    static void ListenForRpc(this IWebHostBuilder web, IReadOnlyList<BindingAddress> addresses)
    {
        // After Kestrel's own, which only adds itself if there is none.
        web.ConfigureServices(services => services.AddSingleton<IConnectionListenerFactory, HandoverListenerFactory>());
        web.ConfigureKestrel(kestrel =>
        {
            foreach (var address in addresses)
            {
                if (address.Scheme == "https") Listen(kestrel, address, listen => { listen.Protocols = HttpProtocols.Http1AndHttp2; listen.UseHttps(); });
                else ListenCleartext(kestrel, address);
            }
        });
    }

    static void ListenCleartext(KestrelServerOptions kestrel, BindingAddress address)
    {
        var handover = new Handover($"http2-of-{address.Host}:{address.Port}");
        Listen(kestrel, address, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => new PrefaceMiddleware(next, handover, kestrel.ApplicationServices.GetService<TimeProvider>() ?? TimeProvider.System).OnConnectionAsync);
        });
        kestrel.Listen(handover, listen => listen.Protocols = HttpProtocols.Http2);
    }

    static void Listen(KestrelServerOptions kestrel, BindingAddress address, Action<ListenOptions> configure)
    {
        if (address.IsUnixPipe) kestrel.ListenUnixSocket(address.UnixPipePath, configure);
        else if (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip)) kestrel.Listen(ip, address.Port, configure);
        else if (string.Equals(address.Host, "localhost", StringComparison.OrdinalIgnoreCase)) kestrel.ListenLocalhost(address.Port, configure);
        else kestrel.ListenAnyIP(address.Port, configure);
    }
}
