namespace Headgate.Scheduler.Rules;

/// <summary>Whether the coordinator has told since the start by what all runs start.</summary>
sealed class RulesTold
{
    readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>From when on messages may have come before it had.</summary>
    public DateTimeOffset From { get; set; } = DateTimeOffset.MaxValue;

    public Task Task => _told.Task;

    public void Set() => _told.TrySetResult();
}
