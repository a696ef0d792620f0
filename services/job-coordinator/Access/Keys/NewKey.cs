using Headgate.V1;

namespace Headgate.JobCoordinator.Access.Keys;

/// <summary>A key to be made.</summary>
sealed record NewKey
{
    public required string Name { get; init; }

    public required Role Role { get; init; }

    /// <summary>Null: all projects.</summary>
    public string? Project { get; init; }

    public DateTimeOffset? Expires { get; init; }

    public required string CreatedBy { get; init; }

    /// <summary>What is wrong with it, by field; nothing if it can be made as far as its name is free.</summary>
    public IEnumerable<(string Field, string Problem)> Problems(DateTimeOffset now)
    {
        if (!IsName(Name) || Name == KeyTable.Host)
            yield return ("name", $"Expected 1 to 63 of a-z, 0-9 and -, beginning with a letter or digit, and not {KeyTable.Host}.");
        if (Project is not null && !IsName(Project)) yield return ("project", "Expected 1 to 63 of a-z, 0-9 and -, beginning with a letter or digit.");
        if (Role is not (Role.Viewer or Role.Operator or Role.Admin)) yield return ("role", "Expected VIEWER, OPERATOR or ADMIN.");
        else if (Project is null && Role != Role.Admin) yield return ("all_projects", "Only a key with role ADMIN can be bound to all projects.");
        if (Expires <= now) yield return ("expires", "Expected a time in the future.");
    }

    static bool IsName(string text) =>
        text.Length is > 0 and <= 63 && text[0] != '-' && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
