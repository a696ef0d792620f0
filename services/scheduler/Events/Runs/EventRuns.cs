using Headgate.Contracts.Runs;
using Headgate.Hosting.Bus;
using Headgate.Hosting.Faults;
using Headgate.Scheduler.State;
using MassTransit;
using Npgsql;

namespace Headgate.Scheduler.Events.Runs;

/// <summary>
/// Asks the coordinator for runs, and writes down its answers. That the broker has confirmed a message is not enough: a broker that is
/// emptied would take the run with it.
/// </summary>
sealed class EventRuns(SchedulerState state, TimeProvider time)
{
    const string Actor = "headgate";

    /// <summary>How long whoever writes a run down has to ask for it, before others do.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>Asks for a run. Asked for twice it is started once: the run's id tells.</summary>
    public async Task AskAsync(ISendEndpointProvider bus, OpenRun run, CancellationToken cancellationToken)
    {
        var coordinator = await bus.GetSendEndpoint(Lanes.Address(Lanes.Starts));
        await coordinator.Send(
            new StartJob
            {
                RunId = run.RunId,
                Project = run.Project,
                Pipeline = run.Pipeline,
                PipelineId = run.PipelineId,
                Trigger = TriggerKind.Event,
                TriggerDetail = run.Detail,
                Actor = Actor,
            },
            Pipe.Execute<SendContext>(send => send.ResponseAddress = Lanes.Address(Lanes.EventAnswers)),
            cancellationToken);
        await FaultPoint.ReachedAsync(FaultPoints.EventRunAsked);
        await MarkAsync(run.RunId);
    }

    /// <summary>The first answer counts: what is asked for again is answered in other words.</summary>
    public async Task AnsweredAsync(RunAnswered answer, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            update scheduler.event_run set answered_at = $2, outcome = $3, job_id = $4, sentence = $5 where run_id = $1 and answered_at is null
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = answer.RunId });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = answer.Outcome.ToString() });
        command.Parameters.Add(new NpgsqlParameter<Guid?> { TypedValue = answer.JobId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = answer.Sentence });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // The message may be in the coordinator's lane for as long as the coordinator is away: each further one only lies beside it.
    async Task MarkAsync(Guid run)
    {
        await using var command = state.Source.CreateCommand(
            """
            update scheduler.event_run set tries = tries + 1, not_before = $2 + least(30 * 2 ^ least(tries, 10), 3600) * interval '1 second'
            where run_id = $1
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = run });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() });
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
