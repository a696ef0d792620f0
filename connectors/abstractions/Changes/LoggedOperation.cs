namespace Headgate.Connectors.Changes;

/// <summary>What was done to a record.</summary>
public enum LoggedOperation
{
    /// <summary>It was new at the destination.</summary>
    Insert,

    /// <summary>Fields of it were changed.</summary>
    Update,

    /// <summary>It was deleted.</summary>
    Delete,
}
