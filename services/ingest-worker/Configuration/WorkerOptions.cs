namespace Headgate.IngestWorker.Configuration;

/// <summary>What an ingest worker can be told, in environment variables. All have defaults.</summary>
public sealed record WorkerOptions
{
    /// <summary>
    /// HEADGATE_WORKER_PREPARE_CONCURRENCY: jobs prepared at the same time, and as many looks at sources and comparisons with destinations, 1 to 64.
    /// Default 4.
    /// </summary>
    public int PrepareConcurrency { get; init; } = 4;

    /// <summary>
    /// HEADGATE_WORKER_EXTRACT_CONCURRENCY: segments read at the same time, 1 to 64. Default: the processors the worker may use, 2 to 16.
    /// </summary>
    public int ExtractConcurrency { get; init; } = Processors;

    /// <summary>
    /// HEADGATE_WORKER_LOAD_CONCURRENCY: segments written at the same time, 1 to 64. Default: the processors the worker may use, 2 to 16.
    /// </summary>
    /// <remarks>
    /// Worth more than there are processors where the destination is on another machine that has more of them. Each writer beyond what
    /// the destination can serve splits its indexes in one place more.
    /// </remarks>
    public int LoadConcurrency { get; init; } = Processors;

    /// <summary>
    /// HEADGATE_WORKER_SNAPSHOT_MAX_AGE: how long a snapshot of a source is held open at most, as hh:mm:ss. Default 6 hours.
    /// </summary>
    /// <remarks>A snapshot that is held keeps the source from removing dead rows. What is not read by then is planned anew.</remarks>
    public TimeSpan SnapshotMaxAge { get; init; } = TimeSpan.FromHours(6);

    /// <summary>
    /// HEADGATE_WORKER_YIELD_AFTER: how long one message loads batches before it goes to the end of its lane, below 1 minute. Default 30 s.
    /// </summary>
    public TimeSpan YieldAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// HEADGATE_WORKER_CONNECTION_IDLE: how long connections to a source or destination stay open unused, as hh:mm:ss. Default 5 min.
    /// </summary>
    public TimeSpan ConnectionIdle { get; init; } = TimeSpan.FromMinutes(5);

    static int Processors => Math.Clamp(Environment.ProcessorCount, 2, 16);

    /// <summary>Reads the options; a malformed one is an error that names it.</summary>
    /// <exception cref="InvalidOperationException">An option is malformed or out of range.</exception>
    public static WorkerOptions Read(IConfiguration configuration)
    {
        var defaults = new WorkerOptions();
        return new WorkerOptions
        {
            PrepareConcurrency = Count(configuration, "HEADGATE_WORKER_PREPARE_CONCURRENCY", defaults.PrepareConcurrency),
            ExtractConcurrency = Count(configuration, "HEADGATE_WORKER_EXTRACT_CONCURRENCY", defaults.ExtractConcurrency),
            LoadConcurrency = Count(configuration, "HEADGATE_WORKER_LOAD_CONCURRENCY", defaults.LoadConcurrency),
            SnapshotMaxAge = Span(configuration, "HEADGATE_WORKER_SNAPSHOT_MAX_AGE", defaults.SnapshotMaxAge, TimeSpan.FromDays(7)),
            YieldAfter = Span(configuration, "HEADGATE_WORKER_YIELD_AFTER", defaults.YieldAfter, TimeSpan.FromMinutes(1)),
            ConnectionIdle = Span(configuration, "HEADGATE_WORKER_CONNECTION_IDLE", defaults.ConnectionIdle, TimeSpan.FromDays(1)),
        };
    }

    static int Count(IConfiguration configuration, string name, int otherwise) => configuration[name] switch
    {
        null or "" => otherwise,
        var text when int.TryParse(text, out var count) && count is >= 1 and <= 64 => count,
        _ => throw new InvalidOperationException($"{name} must be a whole number from 1 to 64."),
    };

    static TimeSpan Span(IConfiguration configuration, string name, TimeSpan otherwise, TimeSpan most) => configuration[name] switch
    {
        null or "" => otherwise,
        var text when TimeSpan.TryParse(text, out var span) && span > TimeSpan.Zero && span <= most => span,
        _ => throw new InvalidOperationException($"{name} must be a time span as hh:mm:ss, above zero and at most {most:c}."),
    };
}
