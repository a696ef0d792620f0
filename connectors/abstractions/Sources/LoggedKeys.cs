namespace Headgate.Connectors.Sources;

/// <summary>Of a replay: the records to read are those that an earlier job has touched, by their keys in its change log.</summary>
public sealed record LoggedKeys
{
    /// <summary>The job that has touched them.</summary>
    public required Guid OfJobId { get; init; }

    /// <summary>The object's number in that job.</summary>
    public required int OfObjectNo { get; init; }

    /// <summary>The replay whose keys in headgate.selection are meant. Null: all records.</summary>
    public Guid? Selection { get; init; }
}
