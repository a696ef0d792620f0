using System.Reflection;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Headgate.Bench.Processes;
using Headgate.V1;

namespace Headgate.Bench.Calls;

/// <summary>Orders clients' processes, one after another.</summary>
static class CallClients
{
    public static async Task<CallTally> RunAsync(string what, CallOrder order, CancellationToken cancellationToken)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { [CallLoad.Order] = JsonSerializer.Serialize(order) };
        var printed = await Tools.RunAsync("dotnet", [Assembly.GetExecutingAssembly().Location, CallLoad.Verb, what], environment, cancellationToken);
        return JsonSerializer.Deserialize<CallTally>(printed)!;
    }

    /// <summary>A body of a unary call.</summary>
    public static byte[] Body(IMessage request, bool isGrpc) => isGrpc ? Envelopes.Of(request.ToByteArray()) : Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(request));

    /// <summary>A body of a streaming call.</summary>
    public static byte[] StreamBody(IMessage request, bool isGrpc) =>
        isGrpc ? Body(request, isGrpc) : Envelopes.Of(Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(request)));

    public static GetJobRequest Get(Guid job) => new() { Job = new JobReference { Id = $"{job}" } };

    /// <summary>Of one project.</summary>
    public static WatchJobsRequest Watch(string project) => new() { Filter = new JobFilter { Project = project } };
}
