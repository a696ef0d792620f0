namespace Headgate.Connectors.Repairs;

/// <summary>Logged changes of one object. A record that was changed twice counts twice.</summary>
/// <param name="Inserted">Records that were new.</param>
/// <param name="Updated">Records that were changed.</param>
/// <param name="Deleted">Records that were deleted.</param>
public sealed record LoggedCounts(long Inserted, long Updated, long Deleted)
{
    /// <summary>All of them.</summary>
    public long All => Inserted + Updated + Deleted;
}
