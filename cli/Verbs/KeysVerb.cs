using System.CommandLine;
using Headgate.Cli.Errors;
using Headgate.Cli.Naming;
using Headgate.Cli.Output;
using Headgate.Cli.Views;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

static class KeysVerb
{
    static readonly Argument<string> KeyName = CommandArguments.NoOption(new Argument<string>("NAME")
    {
        Description = "How it is called wherever its holder has done something.",
    });

    static readonly Argument<string> KeyId = CommandArguments.NoOption(new Argument<string>("ID") { Description = "The key's id." });
    static readonly Option<string?> Role = new("--role")
    {
        Description = "viewer, operator or admin; operator unless told.",
        HelpName = "ROLE",
    };

    static readonly Option<string?> Expires = new("--expires")
    {
        Description = "From when on it is not accepted any more: a time, or from now on, as in 90d.",
        HelpName = "TIME",
    };

    static readonly Option<string?> SecretFile = new("--secret-file")
    {
        Description = "Write the secret to this new file, of mode 0600, and do not show it.",
        HelpName = "FILE",
    };

    static readonly Option<bool> Revoked = new("--revoked") { Description = "Revoked and expired ones too." };

    public static Command Create()
    {
        Role.CompletionSources.Add([.. EnumName.Known<Role>()]);
        var list = new Command("list", "Lists API keys by name, without their secrets.") { Revoked, CommandOptions.AllProjects }.Paged().Runs(ListAsync);
        return new Command("keys", "Makes, lists and revokes API keys (ADMIN).")
        {
            new Command("create", "Makes an API key; its secret is shown this once.")
            {
                KeyName, Role, CommandOptions.AllProjects, Expires, SecretFile,
            }.Commanding().Runs(CreateAsync),
            list,
            new Command("revoke", "Revokes an API key; it cannot be undone.") { KeyId }.Commanding().Runs(async session =>
                session.Screen.Acknowledge(await session.Calls.AskAsync(
                    session.Calls.Access.RevokeApiKeyAsync, session.Command(new RevokeApiKeyRequest { Id = session.Parsed.GetValue(KeyId)! }), session.Stop))),
        };
    }

    static async Task<int> CreateAsync(Session session)
    {
        var parsed = session.Parsed;
        var request = new CreateApiKeyRequest
        {
            Name = parsed.GetValue(KeyName)!,
            Role = parsed.Text(Role) is { } role ? EnumName.Parse<Role>(role, "role") : V1.Role.Unspecified,
            Expires = PointInTime.ParseFuture(parsed.Text(Expires), Expires.Name, TimeProvider.System.GetUtcNow()),
        };
        if (parsed.Has(CommandOptions.AllProjects)) request.AllProjects = true;
        else request.Project = session.Settings.Project ?? throw new CliException("Which project is the key for? Say --project or --all-projects.", ExitCode.Usage);

        using var file = parsed.Text(SecretFile) is { } path ? NewSecretFile.Create(path) : null;
        var answer = await session.Calls.AskAsync(session.Calls.Access.CreateApiKeyAsync, session.Command(request), session.Stop);
        if (answer.Secret.Length == 0)
        {
            throw new CliException("The key was made by an earlier try of this call, the answer of which was lost, and its secret with it: revoke it, and make another.")
            {
                Next = [session.Suggestions.Of("keys", "revoke", answer.ApiKey?.Id ?? "")],
            };
        }

        try
        {
            file?.Write(answer.Secret);
            if (file is not null) answer.Secret = "";
            session.Screen.Answer(answer, screen =>
            {
                // On stdout the secret alone, for whoever pipes it on.
                session.Terminal.ErrorLine(SafeText.Line(answer.Sentence));
                if (file is null) session.Terminal.Line(SafeText.Line(answer.Secret));
            });
        }
        // Whatever it was: a limit on the size of files is no IOException.
        catch (Exception error) when (answer.Secret.Length > 0)
        {
            throw new CliException(
                $"The key was made, but its secret could not be written and is lost: revoke it, and make another. {error.Message}", inner: error)
            {
                Next = [session.Suggestions.Of("keys", "revoke", answer.ApiKey?.Id ?? "")],
            };
        }

        return ExitCode.Done;
    }

    static async Task<int> ListAsync(Session session)
    {
        var answer = await session.PageAsync(session.Calls.Access.ListApiKeysAsync, new ListApiKeysRequest
        {
            Project = session.Parsed.Has(CommandOptions.AllProjects) ? "" : session.Settings.Project ?? "",
            IncludeRevoked = session.Parsed.Has(Revoked),
        });
        return session.Show(answer, "No keys.", () => KeyViews.List(answer.ApiKeys));
    }
}
