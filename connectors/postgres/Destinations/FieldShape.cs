namespace Headgate.Connectors.Postgres.Destinations;

/// <summary>How a destination field is cast to, compared and put into words, from the destination's catalog.</summary>
/// <param name="Column">Its name as it is written in statements.</param>
/// <param name="BaseType">Its type without modifier, a domain's base type: casting to it cuts nothing off, assigning does the rest.</param>
/// <param name="Equality">The operator by which its index tells keys apart.</param>
/// <param name="Comparison">What shows that two values are not the same to the last bit.</param>
/// <param name="Padded">Whether the cast to text would take off trailing blanks.</param>
/// <param name="Hashable">Whether its type has hashes that are equal where values are.</param>
sealed record FieldShape(string Column, string BaseType, string Equality, FieldComparison Comparison, bool Padded, bool Hashable = false)
{
    /// <summary>
    /// SQL: a hash of a key, the same for keys that are one to the table's index. Of types without such hashes only those are planned whose values
    /// have one text each.
    /// </summary>
    public static string KeyHash(IEnumerable<FieldShape> key, string alias) =>
        $"pg_catalog.hash_record_extended(ROW({string.Join(", ", key.Select(k => k.Hashable ? $"{alias}.{k.Column}" : k.Text(alias)))}), 0)";

    /// <summary>SQL: the table's value (of the given alias) and the staged one (s) differ.</summary>
    public string Differs(string table) => Comparison switch
    {
        FieldComparison.Equality => $"{table}.{Column} IS DISTINCT FROM s.{Column}",
        FieldComparison.EqualityAndScale =>
            $"({table}.{Column} IS DISTINCT FROM s.{Column} " +
            $"OR pg_catalog.scale({table}.{Column}) IS DISTINCT FROM pg_catalog.scale(s.{Column}))",
        // 0 equals -0 and does not replace it.
        FieldComparison.EqualityAndSign =>
            $"({table}.{Column} IS DISTINCT FROM s.{Column} OR {table}.{Column} = 0 AND {Text(table)} <> {Text("s")})",
        _ => $"pg_catalog.record_image_ne(ROW({table}.{Column}), ROW(s.{Column}))",
    };

    /// <summary>SQL: the value as text, without loss.</summary>
    public string Text(string alias) => TextOf($"{alias}.{Column}");

    /// <summary>SQL: another value of the column's type as text.</summary>
    public string TextOf(string value) => Padded ? $"pg_catalog.bpcharout({value})::text" : $"{value}::text";
}
