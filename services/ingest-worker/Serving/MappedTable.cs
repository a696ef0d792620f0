using Headgate.Connectors;
using Headgate.Connectors.Changes;
using Headgate.IngestWorker.Steps;

namespace Headgate.IngestWorker.Serving;

/// <summary>A table that a job wrote, and how it would be written now.</summary>
/// <param name="Name">As the pipeline file names it.</param>
/// <param name="Plan">How it would be.</param>
/// <param name="Fields">Places of the fields that are compared.</param>
sealed record MappedTable(string Name, ObjectPlan Plan, IReadOnlyList<int> Fields)
{
    /// <summary>The code of the problem that the key is another one now.</summary>
    public const string KeysChanged = "keys-changed";

    /// <summary>A logged key in the order of the plan's.</summary>
    /// <exception cref="StepException">With <see cref="KeysChanged"/>.</exception>
    public IReadOnlyList<string> KeyOf(IReadOnlyList<KeyValuePair<string, string?>> logged)
    {
        var names = Plan.Key.Select(at => Plan.Fields[at].Name).ToList();
        if (names.Count != logged.Count || !names.All(name => logged.Any(field => field.Key == name)))
        {
            throw new StepException(
                KeysChanged,
                $"Object {Name}: the job wrote its records by {string.Join(", ", logged.Select(field => field.Key))}, and the key is "
                + $"{string.Join(", ", names)} now: they are found by the key that they were written by.");
        }

        // A key has no null.
        return [.. names.Select(name => logged.First(field => field.Key == name).Value ?? "")];
    }

    /// <summary>Which fields are compared.</summary>
    /// <param name="plan">The object.</param>
    /// <param name="names">Empty: all.</param>
    /// <exception cref="StepException">With <see cref="ChangeProblems.Field"/>: there is no such field.</exception>
    public static IReadOnlyList<int> FieldsOf(ObjectPlan plan, IReadOnlyCollection<string> names)
    {
        var all = plan.Fields.Index().ToDictionary(field => field.Item.Name, field => field.Index, StringComparer.Ordinal);
        if (names.Count == 0) return [.. all.Values];
        if (names.All(all.ContainsKey)) return [.. names.Select(name => all[name]).Distinct().Order()];
        throw new StepException(ChangeProblems.Field, $"There is no such field: expected some of {string.Join(", ", all.Keys)}.");
    }
}
