namespace Headgate.Scheduler.Rules;

/// <summary>Whether the coordinator has told since the start by what all runs start.</summary>
sealed class RulesTold
{
    readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Task => _told.Task;

    public bool IsSet => _told.Task.IsCompleted;

    public void Set() => _told.TrySetResult();
}
