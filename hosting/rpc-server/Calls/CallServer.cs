using Grpc.AspNetCore.Server;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Headgate.Rpc.Server.Calls;

/// <summary>What all calls share.</summary>
sealed class CallServer(
    IOptions<GrpcServiceOptions> options, TimeProvider time, IHostApplicationLifetime lifetime, OpenCalls open, ILogger<CallServer> log)
{
    /// <summary>How long a unary call may still run when the server stops. Streams end at once.</summary>
    public static readonly TimeSpan UnaryStopPatience = TimeSpan.FromMilliseconds(500);

    public GrpcServiceOptions Options => options.Value;

    public TimeProvider Time => time;

    public CancellationToken Stopping => lifetime.ApplicationStopping;

    public OpenCalls Open => open;

    public ILogger Log => log;
}
