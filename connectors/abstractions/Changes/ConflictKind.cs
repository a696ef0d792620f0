namespace Headgate.Connectors.Changes;

/// <summary>Why a rollback has left a row as it is.</summary>
public enum ConflictKind
{
    /// <summary>Fields of it hold something else than the job wrote.</summary>
    Changed,

    /// <summary>It is not there any more.</summary>
    Gone,

    /// <summary>The job had deleted it, and another row has its key or one of its unique values now.</summary>
    Taken,

    /// <summary>The job had inserted it, and other rows refer to it now.</summary>
    Referred,
}
