using System.CommandLine;

namespace Headgate.Cli.Verbs;

/// <summary>Options that several verbs have.</summary>
static class CommandOptions
{
    public static readonly Option<string?> Reason = new("--reason", "-r")
    {
        Description = "Why; it is kept, and shown with what it is about.",
        HelpName = "TEXT",
    };

    public static readonly Option<string?> IdempotencyKey = IdempotencyKeyOption();

    public static readonly Option<bool> Yes = new("--yes", "-y") { Description = "Do not ask." };

    public static readonly Option<bool> ValidateOnly = new("--validate-only")
    {
        Description = "Only tell what would happen, and do nothing.",
    };

    public static readonly Option<string?> Object = new("--object")
    {
        Description = "Only of this object: its destination table, as the file names it.",
        HelpName = "TABLE",
    };

    public static readonly Option<int> PageSize = NumberOption.Create("--page-size", "", "The most to show, up to 1,000; 50 unless told.", 1_000);

    public static readonly Option<string?> PageToken = new("--page-token")
    {
        Description = "The page after the one that told this token.",
        HelpName = "TOKEN",
    };

    public static readonly Option<bool> All = new("--all") { Description = "All pages." };

    public static readonly Option<bool> AllProjects = new("--all-projects")
    {
        Description = "Of every project that the key is bound to, whatever --project says.",
    };

    const int LongestKey = 128;

    static readonly Option[] OfCommands = [Reason, IdempotencyKey];

    /// <summary>Makes it a command: something that has a reason and can be repeated.</summary>
    public static Command Commanding(this Command command)
    {
        foreach (var option in OfCommands) command.Options.Add(option);
        return command;
    }

    public static Command Paged(this Command command)
    {
        command.Options.Add(PageSize);
        command.Options.Add(PageToken);
        command.Options.Add(All);
        return command;
    }

    public static Command Runs(this Command command, Func<Session, Task<int>> run)
    {
        command.SetAction((parsed, _) => Session.RunAsync(parsed, run));
        return command;
    }

    /// <summary>Null where it was not said, or the verb does not have it.</summary>
    public static string? Text(this ParseResult parsed, Option<string?> option) =>
        parsed.GetResult(option) is { Implicit: false } && parsed.GetValue(option) is { Length: > 0 } said ? said : null;

    public static bool Has(this ParseResult parsed, Option<bool> option) => parsed.GetResult(option) is not null && parsed.GetValue(option);

    static Option<string?> IdempotencyKeyOption()
    {
        var option = new Option<string?>("--idempotency-key")
        {
            Description = "A command that is given again with the same key is not executed again. A new one unless told.",
            HelpName = "KEY",
        };
        option.Validators.Add(result =>
        {
            // One that is not there would be taken for none, and the repeat of a command for another command.
            if (result.GetValueOrDefault<string?>() is { } key && (key.Length is 0 or > LongestKey || key.Any(c => c is < ' ' or > '~')))
                result.AddError($"{option.Name} is 1 to {LongestKey} printable ASCII characters.");
        });
        return option;
    }
}
