namespace Headgate.Contracts.Pipelines;

/// <summary>What a notification can be about.</summary>
public enum NotifyOccasion
{
    /// <summary>A job was canceled before launch.</summary>
    ExtractionCanceled,

    /// <summary>A job failed.</summary>
    Failed,

    /// <summary>A guard tripped.</summary>
    Guard,

    /// <summary>A stop took longer than its deadline.</summary>
    Deadline,
}
