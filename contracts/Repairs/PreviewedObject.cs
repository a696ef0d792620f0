namespace Headgate.Contracts.Repairs;

/// <summary>What a rollback would do to an object, as its rows are now.</summary>
public sealed record PreviewedObject
{
    /// <summary>The object's number.</summary>
    public required int ObjectNo { get; init; }

    /// <summary>Records of which values would be put back.</summary>
    public required long PutBack { get; init; }

    /// <summary>Inserted records that would be deleted.</summary>
    public required long InsertsDeleted { get; init; }

    /// <summary>Deleted records that would be there again.</summary>
    public required long DeletesRestored { get; init; }

    /// <summary>Records that are as they were before the job already.</summary>
    public required long Unchanged { get; init; }

    /// <summary>Records that would be left as they are.</summary>
    public required long Conflicts { get; init; }
}
