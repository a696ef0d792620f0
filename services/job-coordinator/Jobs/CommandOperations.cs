using Headgate.Contracts.Jobs;
using Operation = Headgate.V1.Operation;

namespace Headgate.JobCoordinator.Jobs;

/// <summary>Commands as messages, and as what the calls know them by.</summary>
static class CommandOperations
{
    /// <summary>What a message commands; UNSPECIFIED: it is no command.</summary>
    public static Operation Of(object message) => message switch
    {
        PauseJob => Operation.PauseJob,
        ResumeJob => Operation.ResumeJob,
        CancelJob { Mode: CancelMode.Force } => Operation.ForceCancelJob,
        CancelJob { PauseFirst: true } => Operation.PauseAndCancelJob,
        CancelJob => Operation.CancelJob,
        RestartJob => Operation.RestartJob,
        DiscardJob => Operation.DiscardJob,
        AbandonJob => Operation.AbandonJob,
        _ => Operation.Unspecified,
    };

    /// <summary>The message's name.</summary>
    public static string MessageOf(Operation operation) => operation switch
    {
        Operation.PauseAndCancelJob or Operation.ForceCancelJob => nameof(CancelJob),
        _ => operation.ToString(),
    };

    /// <summary>What was recorded; of a command from before operations were, the name of its message.</summary>
    public static Operation Recorded(string? operation, string message) => Enum.Parse<Operation>(operation ?? message);
}
