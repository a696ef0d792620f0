using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Headgate.JobCoordinator.Access.Keys;

/// <summary>The last key of a page, and of what list it is.</summary>
sealed record KeyPageToken(KeyFilter Of, string Name, Guid Id)
{
    public static bool TryParse(string text, KeyFilter filter, [NotNullWhen(true)] out KeyPageToken? token)
    {
        token = null;
        if (text.Length > 300 || !Base64Url.IsValid(text)) return false;
        if (Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split('\n') is not [var project, var revoked, var name, var id]) return false;
        if (project != (filter.Project ?? "") || revoked != Flag(filter) || !Guid.TryParse(id, out var key)) return false;
        token = new KeyPageToken(filter, name, key);
        return true;
    }

    public override string ToString() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{Of.Project}\n{Flag(Of)}\n{Name}\n{Id}"));

    static string Flag(KeyFilter filter) => filter.IncludesRevoked ? "1" : "0";
}
