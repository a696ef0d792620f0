using System.CommandLine;
using System.CommandLine.Parsing;
using Headgate.Cli.Configuration;
using Headgate.Cli.Verbs;
using Headgate.V1;

namespace Headgate.Cli.Naming;

/// <summary>Command lines to type, with the global options that were typed this time.</summary>
sealed class Suggestions(ParseResult parsed, string command)
{
    /// <summary>The command line of this time, with more options.</summary>
    public string Again(params string[] more) => Line(Extended(parsed.Tokens, more));

    /// <summary>The command line of this time, with an option that it may have had already.</summary>
    public string With(string option, string value)
    {
        var tokens = parsed.Tokens.ToList();
        if (tokens.FindIndex(token => token.Type == TokenType.Option && token.Value == option) is >= 0 and var at)
            tokens.RemoveRange(at, Math.Min(2, tokens.Count - at));
        return Line(Extended(tokens, option, value));
    }

    /// <summary>Another command line.</summary>
    public string Of(params IEnumerable<string> words) => Line([.. words, .. Globals()]);

    /// <summary>What a refusal says would be accepted.</summary>
    public IEnumerable<string> For(Refusal refusal) => refusal.WouldAccept.Select(each => For(each, refusal)).OfType<string>().Distinct(StringComparer.Ordinal);

    /// <summary>Null: an operation that this version does not know, or of a pipeline that was not named.</summary>
    public string? For(Operation operation, Refusal refusal)
    {
        // Another job is in the way: what would be accepted is of that one.
        var named = Typed(CommandArguments.Job) ?? Typed(CommandArguments.Jobs);
        var job = refusal.Rule is Rule.ActiveJob or Rule.SuccessorWaits or Rule.PipelineTakesNoRuns || named is null ? refusal.JobId : named;
        return Words(operation, job, Typed(CommandArguments.Pipeline), refusal) is { } words ? Of(words) : null;
    }

    public string? For(Operation operation, string job, string? pipeline) =>
        Words(operation, job, pipeline, new Refusal()) is { } words ? Of(words) : null;

    static string[]? Words(Operation operation, string? job, string? pipeline, Refusal refusal)
    {
        string[] accepted = refusal.Rule == Rule.AcceptInDoubt ? ["--accept-in-doubt"] : [];
        return operation switch
        {
            Operation.ApplyPipeline => ["apply", "-f", "FILE"],
            > Operation.Unspecified and < Operation.ApplyPipeline when string.IsNullOrEmpty(job) => null,
            Operation.PauseJob => ["pause", job!],
            Operation.ResumeJob when refusal.Held => ["resume", job!, "--pass-guards", "--reason", "TEXT"],
            Operation.ResumeJob => ["resume", job!],
            Operation.CancelJob => ["cancel", job!, "--yes"],
            Operation.PauseAndCancelJob => ["cancel", job!, "--pause-first"],
            Operation.ForceCancelJob => ["cancel", job!, "--force", .. accepted],
            Operation.RestartJob => ["restart", job!],
            Operation.DiscardJob => ["discard", job!, .. accepted],
            Operation.AbandonJob => ["abandon", job!],
            Operation.DeleteJob => ["delete", job!],
            Operation.SetJobRate => ["rate", job!, "--max-rows-per-second", "RECORDS"],
            Operation.RollbackJob => ["rollback", job!],
            Operation.ReplayJob => ["replay", job!],
            _ when pipeline is null => null,
            Operation.EnablePipeline => ["pipelines", "enable", pipeline],
            Operation.PausePipeline => ["pipelines", "pause", pipeline],
            Operation.DeletePipeline => ["pipelines", "delete", pipeline],
            Operation.SyncNow => ["sync", pipeline],
            Operation.CancelAndSyncNow => ["sync", pipeline, "--cancel-active"],
            Operation.ResyncPipeline => ["resync", pipeline],
            Operation.DryRun => ["dry-run", pipeline],
            Operation.PauseSchedule => ["schedule", "pause", pipeline],
            Operation.ResumeSchedule => ["schedule", "resume", pipeline],
            _ => null,
        };
    }

    string? Typed(Argument argument) => parsed.GetResult(argument) is { Tokens: [var only] } ? only.Value : null;

    IEnumerable<string> Globals()
    {
        foreach (var option in GlobalOptions.All)
        {
            if (parsed.GetResult(option) is not { Implicit: false } said) continue;
            yield return option.Name;
            foreach (var token in said.Tokens) yield return token.Value;
        }
    }

    // After -- every word is a name, however it begins.
    static IEnumerable<string> Extended(IReadOnlyList<Token> tokens, params string[] options)
    {
        var words = tokens.TakeWhile(token => token.Type != TokenType.DoubleDash).Count();
        return [.. tokens.Take(words).Select(token => token.Value), .. options, .. tokens.Skip(words).Select(token => token.Value)];
    }

    string Line(IEnumerable<string> words) => string.Join(' ', words.Prepend(command).Select(ShellWord.Quoted));
}
