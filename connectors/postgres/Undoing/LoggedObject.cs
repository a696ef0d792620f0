namespace Headgate.Connectors.Postgres.Undoing;

/// <summary>An object as an attempt of a job has kept it for its log.</summary>
sealed record LoggedObject
{
    public required int Attempt { get; init; }

    /// <summary>In SQL spelling.</summary>
    public required string Table { get; init; }

    /// <summary>The fields that the log's arrays are aligned to, with their types.</summary>
    public required IReadOnlyList<(string Name, string Type)> Fields { get; init; }

    /// <summary>Positions of the key, from 0.</summary>
    public required IReadOnlyList<int> Key { get; init; }

    /// <summary>How many of the fields were staged.</summary>
    public required int Staged { get; init; }

    /// <summary>Columns that images of whole rows hold behind the fields.</summary>
    public required IReadOnlyList<(string Name, string Type)> Rest { get; init; }
}
