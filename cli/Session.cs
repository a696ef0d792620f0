using System.CommandLine;
using Google.Protobuf;
using Grpc.Core;
using Headgate.Cli.Asking;
using Headgate.Cli.Calls;
using Headgate.Cli.Configuration;
using Headgate.Cli.Errors;
using Headgate.Cli.Naming;
using Headgate.Cli.Output;
using Headgate.Cli.Verbs;

namespace Headgate.Cli;

/// <summary>One invocation: what was typed, what is configured, and the coordinator that it talks to.</summary>
sealed class Session : IDisposable
{
    Session(ParseResult parsed, Settings settings, Terminal terminal)
    {
        (Parsed, Settings, Terminal) = (parsed, settings, terminal);
        Calls = new CoordinatorCalls(settings);
        Screen = new Screen(terminal, settings.Output);
        Suggestions = new Suggestions(parsed, ((Invocation)parsed.InvocationConfiguration).Command);
        IdempotencyKey = parsed.Text(CommandOptions.IdempotencyKey) ?? Guid.NewGuid().ToString();
    }

    public ParseResult Parsed { get; }

    public Settings Settings { get; }

    public Terminal Terminal { get; }

    public CoordinatorCalls Calls { get; }

    public Screen Screen { get; }

    public Suggestions Suggestions { get; }

    public Interrupts Interrupts { get; } = new();

    public CancellationToken Stop => Interrupts.Token;

    /// <summary>Of this invocation: a call that is made again is not executed again.</summary>
    public string IdempotencyKey { get; }

    /// <summary>What the caller gave as reason; empty: nothing.</summary>
    public string Reason => Parsed.Text(CommandOptions.Reason) ?? "";

    /// <summary>Whether somebody can be asked, and reads the answers.</summary>
    public bool CanAsk => Terminal.IsInteractive && Settings.Output == OutputFormat.Table;

    /// <summary>Asks for a reason that was not given, after what it is for was accepted: whatever becomes of the reason, that stands.</summary>
    /// <param name="add">Repeats the command with it.</param>
    public async Task AddReasonAsync<T>(Func<string, Task<T>> add)
    {
        if (Reason.Length > 0) return;
        try
        {
            if (await Terminal.ReasonAsync(Stop) is { Length: > 0 } reason) await add(reason);
        }
        catch (OperationCanceledException)
        {
            Terminal.ErrorLine("headgate: left without a reason; the command stands.");
        }
        catch (RpcException error)
        {
            Terminal.ErrorLine($"headgate: the command stands, and its reason was not kept: {SafeText.Line(error.Status.Detail)}");
        }
    }

    /// <summary>What there is to know for whoever leaves before the end.</summary>
    string Left => Calls.IsCommanded ? "left; what was commanded before may still take effect." : IsCommand ? "left; nothing was commanded." : "left.";

    bool IsCommand => Parsed.CommandResult.Command.Options.Contains(CommandOptions.IdempotencyKey);

    /// <summary>How a command is safely given again of which no answer came.</summary>
    public IReadOnlyList<string> Repetition => IsCommand
        ? [Parsed.Text(CommandOptions.IdempotencyKey) is null ? Suggestions.Again("--idempotency-key", IdempotencyKey) : Suggestions.Again()]
        : [];

    public static async Task<int> RunAsync(ParseResult parsed, Func<Session, Task<int>> run)
    {
        var invocation = (Invocation)parsed.InvocationConfiguration;
        var terminal = invocation.Terminal;
        Session? session = null;
        try
        {
            session = new Session(parsed, Settings.Load(parsed, invocation.Variables), terminal);
            return await run(session);
        }
        catch (CliException error)
        {
            return Report().Show(error);
        }
        catch (RpcException error) when (!session!.Stop.IsCancellationRequested)
        {
            return Report().Show(error, session);
        }
        catch (Exception error) when (error is OperationCanceledException or RpcException)
        {
            return Report().Show(new CliException(session!.Left) { Code = CodeNames.Of(StatusCode.Cancelled) });
        }
        catch (IOException error)
        {
            return Report().Show(error);
        }
        finally
        {
            session?.Dispose();
        }

        ErrorReport Report() => new(terminal, session?.Settings.Output ?? GlobalOptions.OutputOf(parsed, invocation.Variables));
    }

    /// <summary>Sets the reason and the idempotency key, which every command has.</summary>
    public T Command<T>(T request)
        where T : IMessage
    {
        request.Set("reason", Reason);
        request.Set("idempotency_key", IdempotencyKey);
        return request;
    }

    public void Dispose()
    {
        Calls.Dispose();
        Interrupts.Dispose();
    }
}
