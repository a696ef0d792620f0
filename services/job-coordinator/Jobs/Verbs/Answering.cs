using Headgate.Contracts.Jobs;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Doubts;
using Headgate.JobCoordinator.Starts;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Headgate.JobCoordinator.Jobs.Verbs;

/// <summary>Answers to commands. Each is recorded with actor, reason and outcome, refused ones too.</summary>
static class Answering
{
    public static EventActivityBinder<SyncJob, T> Accept<T>(this EventActivityBinder<SyncJob, T> binder, string effect)
        where T : class =>
        binder.ThenAsync(context => AnswerAsync(context, CommandOutcome.Accepted, effect));

    public static EventActivityBinder<SyncJob, T> AlreadySo<T>(this EventActivityBinder<SyncJob, T> binder, string state)
        where T : class =>
        binder.ThenAsync(context => AnswerAsync(context, CommandOutcome.AlreadySo, $"Nothing to do: {state}."));

    public static EventActivityBinder<SyncJob, T> Refuse<T>(this EventActivityBinder<SyncJob, T> binder, string why, CommandRule rule = CommandRule.State)
        where T : class =>
        binder.ThenAsync(context => AnswerAsync(context, CommandOutcome.Refused, $"Refused: {why}.", rule));

    /// <summary>A stop by force at a destination whose writes are not idempotent, and nobody has said that records may be left in doubt.</summary>
    public static EventActivityBinder<SyncJob, T> RefuseDoubt<T>(this EventActivityBinder<SyncJob, T> binder)
        where T : class =>
        binder.ThenAsync(async context =>
        {
            var why = InFlight.Sentence(await context.RecordsInFlightAsync());
            await AnswerAsync(context, CommandOutcome.Refused, $"Refused: {why}.", CommandRule.AcceptInDoubt);
        });

    public static Task RespondAsync(ConsumeContext context, CommandAnswered answer) =>
        context.ResponseAddress is null ? Task.CompletedTask : context.RespondAsync(answer);

    static async Task AnswerAsync<T>(BehaviorContext<SyncJob, T> context, CommandOutcome outcome, string sentence, CommandRule? rule = null)
        where T : class
    {
        var (actor, reason) = Origin(context.Message);
        if (context.Message is ResumeJob { PassGuards: true } && outcome == CommandOutcome.Accepted) sentence += " Guards let it pass, as was said.";
        // Whoever watches the job sees that a run waits for it, also where the cancel changes nothing else.
        if (context.Message is CancelJob { SuccessorId: { } successor } && context.Saga.FinishedAt is null) context.Saga.SuccessorId = successor;
        if (outcome != CommandOutcome.Refused && context.Message is CancelJob { PauseSchedule: true }) await PauseScheduleAsync(context, actor, reason);
        context.Db().JobCommands.Add(new JobCommand
        {
            JobId = context.Saga.CorrelationId,
            Command = typeof(T).Name,
            Operation = CommandOperations.Of(context.Message).ToString(),
            Actor = actor,
            Reason = reason,
            MessageId = context.MessageId,
            StateBefore = context.StateBefore() ?? context.Saga.CurrentState,
            StateAfter = context.Saga.CurrentState,
            Outcome = outcome,
            Rule = rule,
            Sentence = sentence,
            At = context.Now(),
        });
        await RespondAsync(context, new CommandAnswered
        {
            JobId = context.Saga.CorrelationId,
            Outcome = outcome,
            State = context.Saga.CurrentState,
            Sentence = sentence,
            Rule = rule,
            WouldAccept = outcome == CommandOutcome.Refused ? CommandTable.AcceptedIn(context.Saga.CurrentState) : [],
        });
    }

    // In the transaction of the cancel: neither is there without the other.
    static Task PauseScheduleAsync(BehaviorContext<SyncJob> context, string actor, string? reason) => StartRules.SwitchAsync(
        (NpgsqlConnection)context.Db().Database.GetDbConnection(), context.Saga.PipelineId, paused: true, actor, reason, context.CancellationToken);

    public static bool IsCommand<T>() =>
        typeof(T) == typeof(PauseJob) || typeof(T) == typeof(ResumeJob) || typeof(T) == typeof(CancelJob) || typeof(T) == typeof(RestartJob)
        || typeof(T) == typeof(DiscardJob) || typeof(T) == typeof(AbandonJob);

    public static (string Actor, string? Reason) Origin<T>(T message) => message switch
    {
        PauseJob command => (command.Actor, command.Reason),
        ResumeJob command => (command.Actor, command.Reason),
        CancelJob command => (command.Actor, command.Reason),
        RestartJob command => (command.Actor, command.Reason),
        DiscardJob command => (command.Actor, command.Reason),
        AbandonJob command => (command.Actor, command.Reason),
        SupersedeJob { Successor: { Kind: JobKind.Resync } resync } => (resync.Actor, "the pipeline is resynced"),
        SupersedeJob { Successor: { Repair: not null } repair } => (repair.Actor, $"superseded by a {(repair.Kind == JobKind.Replay ? "replay" : "rollback")}"),
        SupersedeJob command => (command.Successor.Actor, "superseded by a run with a newer version of the pipeline file"),
        _ => ("headgate", null),
    };
}
