using System.Globalization;
using System.Text.RegularExpressions;

namespace Headgate.Connectors.Postgres.Planning;

/// <summary>Whether the destination's modifier keeps every value whole, or at least refuses loudly what it cannot keep.</summary>
static partial class TypeWidth
{
    /// <summary>Of types that are the same, or of which the destination's is wider.</summary>
    public static bool Fits(FieldType source, FieldType destination)
    {
        if (source.Element is { } from && destination.Element is { } to) return Fits(from, to);
        if (!destination.BuiltIn) return true;
        return destination.Name switch
        {
            "numeric" => NumericFits(source, destination),
            "timestamp" or "timestamptz" or "time" or "timetz" => Fraction(source) <= Fraction(destination),
            "interval" => destination.Sql == "interval" || source.Sql == destination.Sql,
            _ => true,
        };
    }

    /// <summary>
    /// Of types that fit: whether the destination keeps a received value's very bytes. A modifier can pad them or give them another scale.
    /// </summary>
    public static bool Keeps(FieldType source, FieldType destination)
    {
        if (source.Sql == destination.Sql || !destination.Sql.Contains('(')) return true;
        if (!destination.BuiltIn) return false;
        return destination.Name switch
        {
            "varchar" => source.Name == "varchar" && Modifiers(source.Sql)?.First <= Modifiers(destination.Sql)?.First,
            "numeric" => source.Name == "numeric" && Modifiers(source.Sql)?.Second == Modifiers(destination.Sql)?.Second,
            // What fits has no more digits than are kept.
            "timestamp" or "timestamptz" or "time" or "timetz" => true,
            _ => false,
        };
    }

    /// <summary>Of a built-in type: whether its modifiers only bound values, and so can be compared.</summary>
    public static bool IsOrdered(string name) => name is "numeric" or "timestamp" or "timestamptz" or "time" or "timetz";

    /// <summary>Whether numbers of one type have as many digits behind the point in the other, or are as they are there.</summary>
    public static bool IsOfScale(FieldType before, FieldType after) =>
        Modifiers(after.Sql) is not { } to || Modifiers(before.Sql) is { } from && from.Second == to.Second;

    static bool NumericFits(FieldType source, FieldType destination)
    {
        if (Modifiers(destination.Sql) is not { } to) return true;
        var (digits, scale) = source.Name switch
        {
            "int2" => (5, 0),
            "int4" => (10, 0),
            "int8" => (19, 0),
            _ => Modifiers(source.Sql) is { } from ? (from.First - from.Second, from.Second) : (int.MaxValue, int.MaxValue),
        };
        return scale <= to.Second && digits <= to.First - to.Second;
    }

    /// <summary>Digits of the second that are kept; all six unless a modifier says otherwise.</summary>
    static int Fraction(FieldType type) => type.Name == "date" ? 0 : Modifiers(type.Sql)?.First ?? 6;

    static (int First, int Second)? Modifiers(string sql)
    {
        var match = Modifier().Match(sql);
        if (!match.Success) return null;
        return (Number(match.Groups["first"]), match.Groups["second"].Success ? Number(match.Groups["second"]) : 0);
    }

    static int Number(Group group) => int.Parse(group.ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\((?<first>\d+)(,(?<second>-?\d+))?\)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Modifier();
}
