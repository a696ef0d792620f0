using Headgate.Contracts.Pipelines;

namespace Headgate.PipelineFiles.Rules;

static class ObjectRule
{
    const int MaxFilterLength = 10_000;

    /// <summary>A table in SQL spelling, kept as it is spelled.</summary>
    public static readonly Rule<string> Table = new(
        "[schema.]name in SQL spelling, such as public.contacts or crm.\"Contact List\"",
        (string text, out string value) =>
        {
            value = text;
            return QualifiedName.TryParse(text, out _, out var problem) ? null : problem;
        });

    /// <summary>A table that is written: one of Headgate's own would be fences, ledgers or the change log.</summary>
    public static readonly Rule<string> Written = new(
        $"{Table.Expected}, not of schema {QualifiedName.OwnSchema}",
        (string text, out string value) =>
        {
            value = text;
            return !QualifiedName.TryParse(text, out var name, out var problem) ? problem
                : name.Schema == QualifiedName.OwnSchema ? $"schema {QualifiedName.OwnSchema} is Headgate's own" : null;
        });

    /// <summary>A column exactly as the catalog has it.</summary>
    public static readonly Rule<string> Column = new(
        $"a column exactly as the catalog spells it, without SQL quotes, at most {QualifiedName.MaxIdentifierBytes} bytes",
        (string text, out string value) =>
        {
            value = text;
            if (text.Length > 1 && text[0] == '"' && text[^1] == '"')
                return "it is in SQL quotes";
            if (text.Trim() != text || text.Any(char.IsControl))
                return "it has blanks around it or a line break in it";
            return QualifiedName.WhatIsWrong(text);
        });

    /// <summary>A SQL condition. A semicolon is refused even inside a literal: that is simple, and chr(59) says the same.</summary>
    public static readonly Rule<string> Filter = new(
        $"a SQL condition of at most {MaxFilterLength} characters, without a semicolon",
        (string text, out string value) =>
        {
            value = text;
            return string.IsNullOrWhiteSpace(text) ? "it is blank"
                : text.Length > MaxFilterLength ? $"it has {text.Length} characters"
                : text.Contains(';') ? "it has a semicolon"
                : null;
        });
}
