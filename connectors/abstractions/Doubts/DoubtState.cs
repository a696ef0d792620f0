namespace Headgate.Connectors.Doubts;

/// <summary>What became of a record in doubt.</summary>
public enum DoubtState
{
    /// <summary>Not known yet: the destination is to be asked.</summary>
    Open,

    /// <summary>The destination has it.</summary>
    Written,

    /// <summary>The destination does not have it.</summary>
    NotWritten,

    /// <summary>The destination was asked and cannot say: it is asked no more.</summary>
    Unknowable,
}
