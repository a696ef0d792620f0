namespace Headgate.Crashes.Tests.Checking;

/// <summary>A job as its row shows it.</summary>
public sealed record CheckedJob(Guid Id, long No, string State, int Attempt, int Epoch, bool IsLaunched, Counts Shown, long Extracted)
{
    static readonly string[] Moving = ["Pending", "Initializing", "Processing", "Collecting", "Pausing", "Canceling"];

    public bool IsMoving => Moving.Contains(State);
}

/// <summary>Counts of records.</summary>
public sealed record Counts(long Written, long Inserted, long Updated, long Unchanged, long Rejected)
{
    public static readonly Counts None = new(0, 0, 0, 0, 0);
}
