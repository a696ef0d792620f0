using Headgate.Connectors.Repairs;
using Headgate.Contracts.Pipelines;

namespace Headgate.JobCoordinator.Calls.Repairs;

/// <summary>Objects, fields and keys as a request names them, found among what the job has logged.</summary>
static class RepairChoice
{
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: there is no such object.</exception>
    public static RepairedTable Table(string name, IReadOnlyList<RepairedTable> tables)
    {
        var wanted = QualifiedName.TryParse(name, out var parsed) ? parsed : (QualifiedName?)null;
        return tables.SingleOrDefault(table => wanted is not null && table.Name == wanted || table.Destination == name)
            ?? throw CallErrors.Invalid((
                "object", $"The job has no such object: expected one of {string.Join(", ", tables.Select(table => table.Destination))}."));
    }

    /// <summary>The places of the fields in the log.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: the job has not written such a field, or it is of the key.</exception>
    public static IReadOnlyList<int> Fields(IReadOnlyList<string> names, RepairedTable table, LoggedObject logged)
    {
        var places = logged.Fields.Index().ToDictionary(field => field.Item.Name, field => field.Index, StringComparer.Ordinal);
        var key = logged.KeyFields.Select(field => field.Name).ToList();
        var wrong = names.Index().Where(name => !places.ContainsKey(name.Item) || key.Contains(name.Item)).ToList();
        if (wrong.Count == 0) return [.. names.Select(name => places[name])];
        var known = string.Join(", ", places.Keys.Except(key, StringComparer.Ordinal));
        throw CallErrors.Invalid(wrong.Select(name => ($"fields[{name.Index}]", key.Contains(name.Item)
            ? "It is of the key, which no run changes." : $"The job has written no such field of {table.Destination}: expected one of {known}.")));
    }

    /// <summary>The keys as the log spells them.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: one is not a key of the object. It repeats no value.</exception>
    public static async Task<IReadOnlyList<IReadOnlyList<string>>> KeysAsync(
        IReadOnlyList<V1.RecordKey> keys, RepairedTable table, LoggedObject logged, IRepairLog log, CancellationToken cancellationToken)
    {
        var fields = logged.KeyFields;
        var shown = string.Join(", ", fields.Select(field => field.Name));
        foreach (var (no, key) in keys.Index())
        {
            if (key.Values.Count != fields.Count || !fields.All(field => key.Values.ContainsKey(field.Name)))
                throw CallErrors.Invalid(($"keys[{no}]", $"Expected a value for each key field of {table.Destination}, and no other: {shown}."));
            if (key.Values.Values.Any(value => value.Contains('\0'))) throw CallErrors.Invalid(($"keys[{no}]", "Expected texts without U+0000."));
        }

        var normalized = await log.NormalizeAsync(
            fields, [.. keys.Select(key => (IReadOnlyList<string>)[.. fields.Select(field => key.Values[field.Name])])], cancellationToken);
        if (normalized.All(key => key is not null)) return [.. normalized.Select(key => key!)];
        var types = string.Join(", ", fields.Select(field => $"{field.Name} {field.Type}"));
        throw CallErrors.Invalid(normalized.Index().Where(key => key.Item is null).Take(1)
            .Select(key => ($"keys[{key.Index}]", $"A value is not of its field's type: expected {types}.")));
    }
}
