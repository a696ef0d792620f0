namespace Headgate.Connectors.Sources;

/// <summary>A source object as an earlier run read it.</summary>
public sealed record KnownObject
{
    /// <summary>The columns that were read, each with its type then.</summary>
    public required IReadOnlyList<KnownColumn> Columns { get; init; }

    /// <summary>The key, by destination field.</summary>
    public required IReadOnlyList<string> Key { get; init; }

    /// <summary>What a plan says of it.</summary>
    public static KnownObject Of(ObjectPlan plan) => new()
    {
        Columns =
        [
            .. plan.Fields.Where(field => field.SourceShape is not null)
                .Select(field => new KnownColumn(field.Source, field.SourceShape!, field.SourceIdentity)),
        ],
        Key = [.. plan.Key.Select(at => plan.Fields[at].Name)],
    };
}
