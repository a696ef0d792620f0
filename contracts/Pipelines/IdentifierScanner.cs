using System.Text;

namespace Headgate.Contracts.Pipelines;

/// <summary>Reads identifiers off the front of a text, by PostgreSQL's lexical rules.</summary>
struct IdentifierScanner(string text)
{
    int at;

    public readonly bool AtEnd => at == text.Length;

    public bool TakeDot()
    {
        if (AtEnd || text[at] != '.')
            return false;
        at++;
        return true;
    }

    public bool TryRead(out string identifier, out string problem)
    {
        if (!AtEnd && text[at] == '"')
        {
            if (!TryReadQuoted(out identifier))
            {
                problem = "a double quote is not closed";
                return false;
            }
        }
        else
        {
            identifier = ReadUnquoted();
            if (identifier.Length == 0)
            {
                problem = AtEnd || text[at] == '.'
                    ? "an identifier is empty"
                    : "an identifier begins with a character that needs double quotes around it";
                return false;
            }
        }

        problem = QualifiedName.WhatIsWrong(identifier) ?? "";
        return problem.Length == 0;
    }

    bool TryReadQuoted(out string identifier)
    {
        var read = new StringBuilder();
        identifier = "";
        for (at++; at < text.Length; at++)
        {
            if (text[at] != '"')
            {
                read.Append(text[at]);
                continue;
            }

            at++;
            if (AtEnd || text[at] != '"')
            {
                identifier = read.ToString();
                return true;
            }

            read.Append('"');
        }

        return false;
    }

    string ReadUnquoted()
    {
        var start = at;
        while (!AtEnd && MayContain(text[at], first: at == start))
            at++;
        return string.Create(at - start, (text, start), static (folded, from) =>
        {
            for (var i = 0; i < folded.Length; i++)
                folded[i] = Fold(from.text[from.start + i]);
        });
    }

    static bool MayContain(char c, bool first) =>
        char.IsAsciiLetter(c) || c == '_' || c >= 0x80 || (!first && (char.IsAsciiDigit(c) || c == '$'));

    // In UTF-8 databases PostgreSQL folds ASCII alone; an accented capital stays as it is.
    static char Fold(char c) => char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c;
}
