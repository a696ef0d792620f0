using Headgate.Cli.Naming;
using Headgate.V1;

namespace Headgate.Cli.Exporting;

/// <summary>A line of an export: a changed field of a record. A record that is logged by its hash has one line, or one for each value that it holds now.</summary>
/// <param name="Change">The record.</param>
/// <param name="Field">Null: the record is logged by its hash.</param>
/// <param name="Before">Null: null, or there was nothing.</param>
/// <param name="After">Likewise.</param>
sealed record ChangeLine(RecordChange Change, string? Field = null, string? Before = null, string? After = null)
{
    public static IReadOnlyList<string> Columns { get; } =
        ["object", "key", "operation", "field", "before", "after", "attempt", "sequence", "committed", "hash"];

    public string Key => RecordKeys.Shown(Change.Key);

    public string Operation => EnumName.Of(Change.Operation);

    public string? Committed => Change.Committed?.ToDateTimeOffset().ToString("O");

    public string? Hash => Change.Hash.Length == 0 ? null : Convert.ToHexStringLower(Change.Hash.Span);

    public static IEnumerable<ChangeLine> Of(RecordChange change)
    {
        if (change.Fields.Count + change.Present.Count == 0) return [new ChangeLine(change)];
        return
        [
            .. change.Fields.Select(field => new ChangeLine(change, field.Field, field.HasBefore ? field.Before : null, field.HasAfter ? field.After : null)),
            .. change.Present.Select(value => new ChangeLine(change, value.Field, null, value.HasValue ? value.Value : null)),
        ];
    }

    /// <summary>How many of the record's values are told without their ends.</summary>
    public static int CutOf(RecordChange change) => change.Fields.Count(field => field.Cut > 0) + change.Present.Count(value => value.Cut > 0);
}
