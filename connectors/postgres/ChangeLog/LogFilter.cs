using Headgate.Connectors.Changes;
using Headgate.Connectors.Postgres.Errors;
using Npgsql;

namespace Headgate.Connectors.Postgres.ChangeLog;

/// <summary>What is wanted of a job's log, as statements put it.</summary>
sealed class LogFilter
{
    readonly Dictionary<(int Attempt, int ObjectNo), (LoggedObject Object, int? Field)> _objects;

    readonly LoggedObject? _keyed;

    /// <exception cref="ConnectorException">With a code of <see cref="ChangeProblems"/>.</exception>
    public LogFilter(LoggedJob log, ChangeQuery query)
    {
        if (log.Objects.Count == 0)
            throw PostgresProblem.Of(ChangeProblems.NotLogged, $"The destination has no log of job {query.JobId}.");
        var asked = log.Objects.Where(each => (query.Attempt ?? each.Attempt) == each.Attempt
            && (query.Objects is null || query.Objects.Contains(each.ObjectNo))).ToList();
        if (query.Field is { } field && asked.Count > 0)
        {
            asked.RemoveAll(each => each.PlaceOf(field) is null);
            if (asked.Count == 0) throw PostgresProblem.Of(ChangeProblems.Field, "There is no such field: expected the name of a mapped destination field.");
        }

        (Query, HasNumbers) = (query, log.HasNumbers);
        _objects = asked.ToDictionary(each => each.Id, each => (each, query.Field is null ? null : each.PlaceOf(query.Field)));
        if (query.Key is { } key && asked is [var first, ..]) (_keyed, Key) = (first, KeyOf(first, key));
    }

    public ChangeQuery Query { get; }

    /// <summary>Whether blocks have numbers among those of groups.</summary>
    public bool HasNumbers { get; }

    /// <summary>The key that is looked for, in the key's own order; null: all are.</summary>
    public string[]? Key { get; private set; }

    /// <summary>Records of blocks were inserted, and have no fields.</summary>
    public bool TakesBlocks => Query.Field is null && Query.Operation is null or LoggedOperation.Insert;

    public IEnumerable<NpgsqlParameter> Objects =>
    [
        new NpgsqlParameter<int[]> { TypedValue = [.. _objects.Keys.Select(id => id.Attempt)] },
        new NpgsqlParameter<int[]> { TypedValue = [.. _objects.Keys.Select(id => id.ObjectNo)] },
    ];

    public NpgsqlParameter Fields => new NpgsqlParameter<int?[]> { TypedValue = [.. _objects.Values.Select(each => each.Field)] };

    /// <summary>Brings the key that is looked for into the form of the log.</summary>
    /// <exception cref="ConnectorException">With a code of <see cref="ChangeProblems"/>.</exception>
    public async Task NormalizeAsync(LogSession session, CancellationToken cancellationToken)
    {
        if (_keyed is not null) Key = await WantedKey.NormalizeAsync(session, _keyed, Key!, cancellationToken);
    }

    public LoggedObject ObjectOf(int attempt, int objectNo) => _objects[(attempt, objectNo)].Object;

    /// <summary>Of an image, where the only field that is asked for is, from 1; null: all are.</summary>
    public int? FieldOf(LoggedObject logged) => _objects[logged.Id].Field;

    static string[] KeyOf(LoggedObject logged, IReadOnlyDictionary<string, string> key)
    {
        var names = logged.Key.Select(position => logged.Fields[position]).ToList();
        return names.Count == key.Count && names.All(key.ContainsKey) ? [.. names.Select(name => key[name])]
            : throw PostgresProblem.Of(ChangeProblems.Key, $"It has other fields than the object's key: expected {string.Join(", ", names)}.");
    }
}
