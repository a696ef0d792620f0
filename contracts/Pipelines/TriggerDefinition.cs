namespace Headgate.Contracts.Pipelines;

/// <summary>An upstream event that starts a run.</summary>
public sealed record TriggerDefinition
{
    /// <summary>The event's type, for example BackupCompleted; * matches any run of characters.</summary>
    public required string Event { get; init; }

    /// <summary>The event's subject; * matches any run of characters; null: any subject.</summary>
    public string? Subject { get; init; }
}
