namespace Headgate.IngestWorker.Rates;

/// <summary>A ceiling as it was set.</summary>
/// <param name="No">Of two settings the one with the higher number holds; 0: the pipeline file's.</param>
/// <param name="RowsPerSecond">For each segment in hand; 0: none.</param>
sealed record RateSetting(int No, double RowsPerSecond)
{
    readonly TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsLimit => RowsPerSecond > 0;

    /// <summary>Completes when another one holds.</summary>
    public Task Changed => _changed.Task;

    public void End() => _changed.TrySetResult();
}
