namespace Headgate.Contracts.Pipelines;

/// <summary>What a cursor column that can be null means.</summary>
public enum NullCursors
{
    /// <summary>The job fails.</summary>
    Refuse,

    /// <summary>Records with a null cursor are read in every run.</summary>
    Full,
}
