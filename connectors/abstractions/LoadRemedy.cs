namespace Headgate.Connectors;

/// <summary>What the load path does about an error of a batch.</summary>
public enum LoadRemedy
{
    /// <summary>Nothing of its own: retry or fail, as the problem says.</summary>
    None,

    /// <summary>A record does not fit: halve the batch until it is found, then record it as rejected.</summary>
    Halve,

    /// <summary>A key is there already: write the segment by upsert from here on.</summary>
    Upsert,
}
