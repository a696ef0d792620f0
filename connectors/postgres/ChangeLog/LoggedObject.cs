namespace Headgate.Connectors.Postgres.ChangeLog;

/// <summary>What an attempt has kept of an object, so that its log can be read: a row of headgate.job_object.</summary>
sealed record LoggedObject
{
    public required int Attempt { get; init; }

    public required int ObjectNo { get; init; }

    /// <summary>The table, in SQL spelling.</summary>
    public required string Table { get; init; }

    /// <summary>The logged fields; behind them what <see cref="Rest"/> has.</summary>
    public required IReadOnlyList<string> Fields { get; init; }

    /// <summary>The types of the fields in the table.</summary>
    public required IReadOnlyList<string> Types { get; init; }

    /// <summary>Positions of the key's fields, in the key's own order.</summary>
    public required IReadOnlyList<int> Key { get; init; }

    /// <summary>What images of deleted rows have besides.</summary>
    public required IReadOnlyList<string> Rest { get; init; }

    /// <summary>The types that the fields were staged as, or of a log that does not tell those of the table; a mark is not staged.</summary>
    public required IReadOnlyList<string> Staged { get; init; }

    /// <summary>Whether the staged types are known, and not those of the table told in their place.</summary>
    public required bool HasStaged { get; init; }

    public (int Attempt, int ObjectNo) Id => (Attempt, ObjectNo);

    /// <summary>Positions of the key's fields as a record has them.</summary>
    public IReadOnlyList<int> KeyInFieldOrder => [.. Key.Order()];

    public string FieldAt(int position) => position < Fields.Count ? Fields[position]
        : position - Fields.Count < Rest.Count ? Rest[position - Fields.Count] : $"column {position + 1}";

    /// <summary>Where a field is in the images, from 1; null: the object has none of that name.</summary>
    public int? PlaceOf(string field)
    {
        for (var position = 0; position < Fields.Count + Rest.Count; position++)
        {
            if (FieldAt(position) == field) return position + 1;
        }

        return null;
    }
}
