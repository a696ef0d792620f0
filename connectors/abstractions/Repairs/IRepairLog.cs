namespace Headgate.Connectors.Repairs;

/// <summary>
/// What jobs have logged at a destination, as far as a repair is decided by it. Reads what the connector keeps there for itself, and no table of
/// records. Methods throw <see cref="ConnectorException"/>.
/// </summary>
public interface IRepairLog : IAsyncDisposable
{
    /// <summary>
    /// Lets a worker plan by the log before anything is launched: what is kept here is brought up to date, and the role that writes may read it.
    /// </summary>
    /// <param name="writer">The role that the repaired job was written as; null: not known.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task ReadyAsync(string? writer, CancellationToken cancellationToken);

    /// <summary>The objects that the job has launched, with the fields that it wrote, as its last attempt had them.</summary>
    Task<IReadOnlyList<LoggedObject>> DescribeAsync(Guid jobId, CancellationToken cancellationToken);

    /// <summary>Keys in the form that the log has them in, in which they can be compared with it.</summary>
    /// <param name="keyFields">The fields of the key, in its order.</param>
    /// <param name="keys">A value for each of the fields.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The keys in the same order; one that its field's type refuses is null.</returns>
    Task<IReadOnlyList<IReadOnlyList<string>?>> NormalizeAsync(
        IReadOnlyList<LoggedField> keyFields, IReadOnlyList<IReadOnlyList<string>> keys, CancellationToken cancellationToken);

    /// <summary>How many changes are logged, by what was done.</summary>
    /// <returns>By object number, objects without any left out; null: there are so many that they could not be counted in time.</returns>
    Task<IReadOnlyDictionary<int, LoggedCounts>?> CountAsync(LogQuery query, CancellationToken cancellationToken);

    /// <summary>How many changes of the destination's schema the job has made.</summary>
    Task<int> CountSchemaChangesAsync(Guid jobId, CancellationToken cancellationToken);

    /// <summary>Keeps the keys that a repair is asked for, before the job is there; keys that are kept already are left as they are.</summary>
    /// <param name="repairId">The job that it becomes.</param>
    /// <param name="objectNo">The object's number in the repaired job.</param>
    /// <param name="keys">Normalized.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task SelectAsync(Guid repairId, int objectNo, IReadOnlyList<IReadOnlyList<string>> keys, CancellationToken cancellationToken);
}
