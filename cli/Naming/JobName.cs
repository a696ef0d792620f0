using Grpc.Core;
using Headgate.Cli.Errors;
using Headgate.V1;

namespace Headgate.Cli.Naming;

/// <summary>
/// A job as it is typed: by its pipeline, whose one active job it is; by its id or its Request ID. Both of those are UUIDs: the id is tried
/// first, unless `id:` or `request:` is put before.
/// </summary>
sealed record JobName
{
    const string IdPrefix = "id:";
    const string RequestPrefix = "request:";

    public required string Typed { get; init; }

    /// <summary>What it can mean, the likeliest first.</summary>
    public required IReadOnlyList<JobReference> Meanings { get; init; }

    public static JobName Parse(string typed, string? project) => new() { Typed = typed, Meanings = MeaningsOf(typed, project) };

    /// <summary>Makes the call with each meaning until one is there.</summary>
    public async Task<T> FindAsync<T>(Func<JobReference, Task<T>> call)
    {
        RpcException? missing = null;
        foreach (var meaning in Meanings)
        {
            try
            {
                return await call(meaning);
            }
            catch (RpcException error) when (error.StatusCode == StatusCode.NotFound && Meanings.Count > 1)
            {
                missing ??= error;
            }
        }

        throw new CliException($"There is no job with the id or Request ID {Typed}.", inner: missing)
        {
            Code = CodeNames.Of(StatusCode.NotFound),
        };
    }

    static JobReference[] MeaningsOf(string typed, string? project)
    {
        if (typed.StartsWith(IdPrefix, StringComparison.Ordinal)) return [new JobReference { Id = Uuid(typed, IdPrefix) }];
        if (typed.StartsWith(RequestPrefix, StringComparison.Ordinal)) return [new JobReference { RequestId = Uuid(typed, RequestPrefix) }];
        if (Guid.TryParseExact(typed, "D", out _)) return [new JobReference { Id = typed }, new JobReference { RequestId = typed }];
        return [new JobReference { Pipeline = PipelineName.Parse(typed, project) }];
    }

    static string Uuid(string typed, string prefix) => Guid.TryParseExact(typed[prefix.Length..], "D", out _)
        ? typed[prefix.Length..]
        : throw new CliException($"{typed}: a UUID is expected after {prefix}", ExitCode.Usage);
}
