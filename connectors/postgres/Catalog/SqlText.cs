using System.Text.RegularExpressions;
using Headgate.Contracts.Pipelines;

namespace Headgate.Connectors.Postgres.Catalog;

/// <summary>Spelling of names and literals in statements and sentences.</summary>
static partial class SqlText
{
    public static string Identifier(string name) => QualifiedName.Quote(name);

    public static string Identifiers(IEnumerable<string> names) => string.Join(", ", names.Select(Identifier));

    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>For people: quoted only where it could be misread.</summary>
    public static string Shown(QualifiedName name) => $"{Shown(name.Schema)}.{Shown(name.Name)}";

    public static string Shown(IEnumerable<string> columns) => string.Join(", ", columns.Select(c => $"\"{c}\""));

    static string Shown(string part) => Plain().IsMatch(part) ? part : QualifiedName.Quote(part);

    [GeneratedRegex("^[a-z_][a-z0-9_]*$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Plain();
}
