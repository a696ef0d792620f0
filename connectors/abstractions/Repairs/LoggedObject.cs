namespace Headgate.Connectors.Repairs;

/// <summary>An object of a job, as its change log has it.</summary>
/// <param name="ObjectNo">Its number in the job.</param>
/// <param name="Fields">The fields that are logged, in the log's order.</param>
/// <param name="Key">Positions of the key in <paramref name="Fields"/>, in the key's order.</param>
public sealed record LoggedObject(int ObjectNo, IReadOnlyList<LoggedField> Fields, IReadOnlyList<int> Key)
{
    /// <summary>The fields of the key.</summary>
    public IReadOnlyList<LoggedField> KeyFields => [.. Key.Select(at => Fields[at])];
}
