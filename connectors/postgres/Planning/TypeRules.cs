using Headgate.Connectors.Postgres.Catalog;

namespace Headgate.Connectors.Postgres.Planning;

/// <summary>
/// How a value of the source's type becomes one of the destination's. Nothing that could lose a part of a value silently is planned:
/// rounding and cut-off fractions are mismatches. What fails loudly is: a text too long for varchar(n) is rejected record by record.
/// </summary>
static class TypeRules
{
    /// <summary>Their binary form is a number that means something in one database only.</summary>
    static readonly HashSet<string> LocalNumbers =
    [
        "regclass", "regcollation", "regconfig", "regdictionary", "regnamespace", "regoper", "regoperator", "regproc", "regprocedure",
        "regrole", "regtype",
    ];

    static readonly Dictionary<string, string[]> Widenings = new()
    {
        ["int2"] = ["int4", "int8", "numeric"],
        ["int4"] = ["int8", "numeric"],
        ["int8"] = ["numeric"],
        ["float4"] = ["float8"],
        // Not to timestamptz: which instant a date or a local time means, the two servers may see differently.
        ["date"] = ["timestamp"],
    };

    /// <summary>Whether the column holds a record's value in the very bytes that were staged.</summary>
    public static bool Keeps(MappedField field) =>
        field.Destination is not { } column || TypeWidth.Keeps(WithoutDomain(field.Source.Type), column.Type);

    public static FieldPlan Plan(PlanSubject subject, MappedField field)
    {
        var original = field.Source.Type;
        var source = WithoutDomain(original);
        var destination = field.Destination?.Type ?? source;
        var declared = field.Destination?.DeclaredSql ?? source.Sql;
        var plan = Travel(field, source, destination, declared) ?? throw subject.Cause("type-mismatch",
            $"column \"{field.Name}\" is {original.Sql} at the source and {declared} at the destination");
        return plan with
        {
            SourceType = original.Sql,
            SourceShape = original,
            SourceIdentity = field.Source.Identity,
            SourceCast = plan.SourceCast ?? (source != original ? source.Sql : null),
        };
    }

    /// <summary>Whether a column that changes from one type to the other keeps every value it has, as it is.</summary>
    public static bool Widens(FieldType from, FieldType to)
    {
        var (before, after) = (WithoutDomain(from), WithoutDomain(to));
        if (before.Sql == after.Sql) return true;
        if (IsText(before) && IsText(after)) return TypeWidth.Keeps(before, after);
        if (!before.BuiltIn || !after.BuiltIn) return false;
        var isWider = Same(before, after)
            ? !after.Sql.Contains('(', StringComparison.Ordinal) || TypeWidth.IsOrdered(after.Name)
            : Widenings.TryGetValue(before.Name, out var wider) && wider.Contains(after.Name);
        return isWider && TypeWidth.Fits(before, after);
    }

    /// <summary>Whether the destination's column holds every value of the source's type, or tells of those that it cannot hold in time.</summary>
    public static bool Holds(FieldType source, FieldType destination)
    {
        var type = WithoutDomain(source);
        return IsText(type) && IsText(destination) ? TypeWidth.Keeps(type, destination) : Widens(type, destination) || IsText(destination);
    }

    /// <summary>An array of domains over built-in types is cast to one of the base: its binary form carries the domain's number.</summary>
    static FieldType WithoutDomain(FieldType type) =>
        type is { Kind: FieldTypeKind.Array, BuiltIn: false, Element: { BuiltIn: true } element }
            ? type with { Schema = "pg_catalog", Name = $"_{element.Name}", Sql = $"{element.Sql}[]" }
            : type;

    static FieldPlan? Travel(MappedField field, FieldType source, FieldType destination, string declared)
    {
        if (IsText(source) && IsText(destination)) return ToText(field, source, destination, declared);
        if (Same(source, destination))
        {
            if (!TypeWidth.Fits(source, destination)) return null;
            return Portable(source) && Portable(destination)
                ? Field(field, declared, null, destination.Sql)
                : Field(field, declared, "text", "text", cast: true);
        }

        if (IsText(destination)) return ToText(field, source, destination, declared);
        if (!source.BuiltIn || !destination.BuiltIn) return null;
        return Widenings.TryGetValue(source.Name, out var wider) && wider.Contains(destination.Name) && TypeWidth.Fits(source, destination)
            ? Field(field, declared, Bare(destination), destination.Sql)
            : null;
    }

    /// <summary>
    /// Received as varchar(n), a text would lose blanks at its end without an error; what may be too long is staged as text, and cast by
    /// the upsert.
    /// </summary>
    static FieldPlan ToText(MappedField field, FieldType source, FieldType destination, string declared)
    {
        var keeps = TypeWidth.Keeps(source, destination);
        var cast = IsText(source) ? null : keeps ? Bare(destination) : "text";
        return Field(field, declared, cast, keeps ? destination.Sql : "text", cast: !keeps);
    }

    /// <summary>The name alone decides for types of users: the same type may live in another schema there.</summary>
    static bool Same(FieldType source, FieldType destination)
    {
        if (source.Kind != destination.Kind || source.BuiltIn != destination.BuiltIn) return false;
        return source.Element is { } from && destination.Element is { } to ? Same(from, to) : source.Name == destination.Name;
    }

    /// <summary>Row types, and arrays of anything that users made, carry type numbers in their binary form.</summary>
    static bool Portable(FieldType type) => type.Binary && !LocalNumbers.Contains(type.Name) && type.Kind switch
    {
        FieldTypeKind.Composite => false,
        FieldTypeKind.Array => type.BuiltIn && Portable(type.Element!),
        _ => true,
    };

    static bool IsText(FieldType type) => type is { BuiltIn: true, Name: "text" or "varchar" };

    // Without its modifier: an explicit cast to varchar(10) or numeric(10,2) would cut and round. Received with it, it is enforced.
    static string Bare(FieldType type) => $"pg_catalog.{SqlText.Identifier(type.Name)}";

    static FieldPlan Field(MappedField field, string declared, string? sourceCast, string staged, bool cast = false) => new()
    {
        Name = field.Name,
        Source = field.Source.Name,
        SourceCast = sourceCast,
        StagedType = staged,
        DestinationType = declared,
        DestinationCast = cast,
    };
}
