namespace Headgate.Contracts.Jobs;

/// <summary>Goes on with a paused or failed job where it was.</summary>
public sealed record ResumeJob
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>Who commands it.</summary>
    public required string Actor { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }

    /// <summary>Resume only if the job still stands at this fence position; null: wherever it stands. Due runs set it.</summary>
    public int? Epoch { get; init; }

    /// <summary>Let the job pass the guards that have held it. Default: what held it holds it again.</summary>
    public bool PassGuards { get; init; }

    /// <summary>Of a due run: whoever asked for it has said that a full load is meant. Default: what was said of the job before stands.</summary>
    public bool ConfirmedFullLoad { get; init; }
}
