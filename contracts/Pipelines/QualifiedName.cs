using System.Text;

namespace Headgate.Contracts.Pipelines;

/// <summary>A table's name as the catalog holds it, read from SQL spelling: [schema.]name, parts optionally in double quotes.</summary>
/// <remarks>Unquoted parts fold to lower case as PostgreSQL folds them: A to Z only. Two spellings of one table are equal.</remarks>
public readonly record struct QualifiedName
{
    /// <summary>The schema of a name that has none.</summary>
    public const string DefaultSchema = "public";

    /// <summary>The schema of fences, ledgers and the change log at every destination: nothing else is written there.</summary>
    public const string OwnSchema = "headgate";

    /// <summary>The longest identifier in UTF-8 bytes; PostgreSQL would cut a longer one silently.</summary>
    public const int MaxIdentifierBytes = 63;

    /// <summary>A name from its parts, as the catalog spells them.</summary>
    /// <exception cref="ArgumentException">A part is empty, too long, or has a character that no identifier can have.</exception>
    public QualifiedName(string schema, string name)
    {
        Schema = Checked(schema);
        Name = Checked(name);
    }

    /// <summary>The schema, unquoted.</summary>
    public string Schema { get; }

    /// <summary>The table, unquoted.</summary>
    public string Name { get; }

    /// <summary>Reads SQL spelling.</summary>
    /// <exception cref="FormatException">It is not a name; the message says why and does not repeat it.</exception>
    public static QualifiedName Parse(string text) =>
        TryParse(text, out var name, out var problem) ? name : throw new FormatException($"Not an object name: {problem}.");

    /// <summary>Reads SQL spelling; false if it is not a name.</summary>
    public static bool TryParse(string? text, out QualifiedName name) => TryParse(text, out name, out _);

    /// <summary>Reads SQL spelling; if it is not a name, <paramref name="problem"/> says why, without repeating the text.</summary>
    public static bool TryParse(string? text, out QualifiedName name, out string problem)
    {
        name = default;
        var scanner = new IdentifierScanner(text ?? "");
        if (!scanner.TryRead(out var first, out problem))
            return false;
        if (scanner.AtEnd)
        {
            name = new QualifiedName(DefaultSchema, first);
            return true;
        }

        if (!scanner.TakeDot())
            problem = "only a dot may follow an identifier; other characters need double quotes around it";
        else if (scanner.TryRead(out var second, out problem))
        {
            if (scanner.AtEnd)
            {
                name = new QualifiedName(first, second);
                return true;
            }

            problem = scanner.TakeDot()
                ? "it has more than two parts"
                : "only a dot may follow an identifier; other characters need double quotes around it";
        }

        return false;
    }

    /// <summary>One identifier in double quotes, safe to put into a statement.</summary>
    public static string Quote(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>What keeps a text from being an identifier as the catalog holds it; null: nothing.</summary>
    public static string? WhatIsWrong(string identifier)
    {
        if (identifier.Length == 0)
            return "an identifier is empty";
        foreach (var rune in identifier.EnumerateRunes())
        {
            // EnumerateRunes turns half a surrogate pair into U+FFFD; neither can come from a catalog that a person typed into.
            if (rune.Value == 0 || rune == Rune.ReplacementChar)
                return "an identifier has a character that PostgreSQL cannot store";
        }

        return Encoding.UTF8.GetByteCount(identifier) > MaxIdentifierBytes
            ? $"an identifier is longer than {MaxIdentifierBytes} bytes"
            : null;
    }

    /// <summary>Both parts in double quotes, safe to put into a statement.</summary>
    public string ToSql() => $"{Quote(Schema)}.{Quote(Name)}";

    /// <summary>As <see cref="ToSql"/>.</summary>
    public override string ToString() => Name is null ? "" : ToSql();

    static string Checked(string identifier) =>
        WhatIsWrong(identifier) is { } problem ? throw new ArgumentException(problem, nameof(identifier)) : identifier;
}
