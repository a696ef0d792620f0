using Headgate.Connectors.Postgres.Catalog;

namespace Headgate.Connectors.Postgres.Planning;

/// <summary>What a key must be on both sides.</summary>
static class KeyRules
{
    public static IReadOnlyList<int> Positions(PlanSubject subject, IReadOnlyList<MappedField> mapped)
    {
        var positions = new List<int>();
        foreach (var name in subject.Definition.Key)
        {
            var at = 0;
            while (at < mapped.Count && mapped[at].Name != name) at++;
            if (at == mapped.Count) throw subject.Cause("column-missing", $"key field \"{name}\" is not among its fields");
            positions.Add(at);
        }

        return positions.Count > 0 ? positions : throw subject.Problem("key-missing", "has no key");
    }

    /// <summary>ON CONFLICT infers an index by its set of columns; their order does not matter.</summary>
    public static void RequireIndex(PlanSubject subject, CatalogRelation table)
    {
        var key = subject.Definition.Key.ToHashSet();
        if (table.UniqueIndexes.Any(i => key.SetEquals(i.Columns))) return;
        var before = subject.Source.Known is { } known && !key.SetEquals(known.Key)
            ? $"; when the pipeline last completed its key was ({SqlText.Shown(known.Key)}): make such an index, or resync the pipeline with drop-and-load"
            : "";
        throw subject.Cause("key-missing",
            $"destination table {table.Sql} has no unique index on exactly its key ({SqlText.Shown(subject.Definition.Key)}){before}");
    }

    /// <summary>A unique index over a part of the key makes the whole unique; that no part is null must be known of every column.</summary>
    public static bool Guaranteed(PlanSubject subject, IReadOnlyList<MappedField> mapped)
    {
        var key = mapped.Where(m => m.Key).Select(m => m.Source).ToArray();
        var names = key.Select(c => c.Name).ToHashSet();
        return key.All(c => !c.Nullable) && subject.Source.UniqueKeys.Any(u => names.IsSupersetOf(u));
    }
}
