using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Undoing;
using Headgate.Contracts.Pipelines;
using Npgsql;

namespace Headgate.Connectors.Postgres.Undoing;

/// <summary>What is logged of an object that is to be rolled back.</summary>
sealed record ObjectLog
{
    public required ObjectToUndo Wanted { get; init; }

    /// <summary>By attempt; none: nothing is recorded.</summary>
    public required IReadOnlyList<LoggedObject> Objects { get; init; }

    /// <summary>Of its table.</summary>
    public required QualifiedName Name { get; init; }

    /// <summary>Null: there is no table.</summary>
    public UndoHazards? Hazards { get; init; }

    /// <summary>What columns hold in a row that was inserted without them, in SQL, where that is always the same.</summary>
    public IReadOnlyDictionary<string, string> Unfilled { get; init; } = new Dictionary<string, string>();

    /// <summary>Oldest first: the attempt and which read of it, and the parts of the log.</summary>
    public IReadOnlyList<((int Attempt, int Read) Place, IReadOnlyList<LoggedPart> Parts)> Reads { get; init; } = [];

    /// <summary>False: keys that the table takes for one may have come twice in a read, since they differed at the source.</summary>
    public bool IsDivisible { get; init; }

    public long Count(string operation) => Reads.Sum(read => read.Parts.Where(part => part.Operation == operation).Sum(part => (long)part.Rows));

    public static async Task<ObjectLog> ReadAsync(
        NpgsqlConnection connection, LogSchema schema, ObjectToUndo wanted, CancellationToken cancellationToken)
    {
        var objects = await LoggedObjects.ReadAsync(connection, wanted.OfJobId, wanted.OfObjectNo, cancellationToken);
        var written = objects is [.., var last] ? last.Table : wanted.To;
        if (!QualifiedName.TryParse(written, out var name, out var problem))
            throw PostgresProblem.Of("object-name", $"Object {wanted.To}: what the job wrote to is not an object name: {problem}.");
        var log = new ObjectLog { Wanted = wanted, Objects = objects, Name = name };
        if (objects.Count == 0) return log;
        var table = await FieldShapes.ReadAsync(connection, written, cancellationToken);
        if (table.Count == 0) return log;
        var parts = await LogParts.ReadAsync(connection, schema, wanted.OfJobId, wanted.OfObjectNo, cancellationToken);
        var whole = await LogParts.WholeSegmentsAsync(connection, wanted.OfJobId, wanted.OfObjectNo, cancellationToken);
        var key = objects[^1].Key.Select(at => objects[^1].Fields[at].Name).ToList();
        return log with
        {
            Unfilled = await UnfilledColumns.ReadAsync(connection, written, cancellationToken),
            Hazards = await UndoHazards.ReadAsync(connection, written, cancellationToken),
            Reads = [.. LogLayout.Reads(parts, whole).GroupBy(read => read.Attempt)
                .SelectMany(attempt => attempt.Select((read, no) => ((attempt.Key, no), read.Parts)))],
            IsDivisible = table.Where(field => key.Contains(field.Name)).All(field => field.Shape.Comparison is not FieldComparison.Image),
        };
    }
}
