using Headgate.Connectors.Postgres.Catalog;
using Headgate.Connectors.Postgres.Planning;

namespace Headgate.Connectors.Postgres.Replacing;

/// <summary>A check, an index or a foreign key, by what it needs of its columns' types.</summary>
/// <param name="What">In words.</param>
/// <param name="Columns">Their names.</param>
/// <param name="Kind">What is needed.</param>
sealed record ColumnUse(string What, IReadOnlyList<string> Columns, ColumnUseKind Kind)
{
    static readonly HashSet<string> Unordered = ["json", "xml", "point", "line", "lseg", "box", "path", "polygon", "circle"];

    /// <summary>Whether it is certain to be possible with the new types as well.</summary>
    public bool Fits(CatalogRelation table, IReadOnlyList<MappedField> mapped) =>
        mapped.Where(m => Columns.Contains(m.Name)).All(m => table.Column(m.Name) is not { } before || Fits(before.Type, m.Source.Type));

    bool Fits(FieldType before, FieldType after) => before.Sql == after.Sql || Kind switch
    {
        ColumnUseKind.Order => !after.BuiltIn || !Unordered.Contains(after.Name),
        ColumnUseKind.Operators => before.Name == after.Name || IsText(before) && IsText(after),
        _ => before.Name == after.Name || IsText(before) && IsText(after) || IsInteger(before) && IsInteger(after),
    };

    static bool IsText(FieldType type) => type is { BuiltIn: true, Name: "text" or "varchar" };

    static bool IsInteger(FieldType type) => type is { BuiltIn: true, Name: "int2" or "int4" or "int8" };
}
