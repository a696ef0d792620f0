using Headgate.Contracts.Jobs;
using Headgate.Hosting.Bus;
using MassTransit;
using Operation = Headgate.V1.Operation;

namespace Headgate.JobCoordinator.Calls.Commanding;

/// <summary>
/// Hands commands to jobs, as messages: the saga alone decides, and answers. It takes no part in what moves no job: a deletion, a rate.
/// </summary>
sealed class JobCommandSender(IBus bus, JobDeletion deletion, JobRates rates, ResumeCheck resumes)
{
    /// <summary>How long a job has to answer; it may be waiting for a lock that a commit of its own holds.</summary>
    public static readonly TimeSpan Most = TimeSpan.FromSeconds(30);

    // To a job that can answer at once it is enough, whatever was done before.
    static readonly TimeSpan Least = TimeSpan.FromMilliseconds(50);

    /// <summary>The same for a call and a job, however often the call is repeated.</summary>
    public static Guid MessageId(Guid call, Guid job) => HashedId.Of([.. call.ToByteArray(), .. job.ToByteArray()]);

    /// <param name="order">What is commanded, by whom and why.</param>
    /// <param name="job">The job.</param>
    /// <param name="messageId">A job answers a message that it has answered before as it did then.</param>
    /// <param name="patience">How long it has to answer; what has not reached it by then does not.</param>
    /// <param name="cancellationToken">Ends the wait, not the command.</param>
    /// <exception cref="Grpc.Core.RpcException">UNAVAILABLE: no answer in time.</exception>
    public Task<CommandAnswered> SendAsync(JobOrder order, Guid job, Guid messageId, TimeSpan patience, CancellationToken cancellationToken)
    {
        var (actor, reason, at) = (order.Actor, order.Reason, order.AskedAt);
        return order.Operation switch
        {
            Operation.PauseJob => GiveAsync(new PauseJob { JobId = job, Actor = actor, Reason = reason, AskedAt = at }),
            Operation.ResumeJob => ResumeAsync(),
            Operation.CancelJob => GiveAsync(Cancel()),
            Operation.PauseAndCancelJob => GiveAsync(Cancel() with { PauseFirst = true }),
            Operation.ForceCancelJob => GiveAsync(Cancel() with { Mode = CancelMode.Force, AcceptInDoubt = order.AcceptInDoubt }),
            Operation.RestartJob => GiveAsync(new RestartJob { JobId = job, Actor = actor, Reason = reason }),
            Operation.DiscardJob => GiveAsync(
                new DiscardJob
                {
                    JobId = job,
                    Actor = actor,
                    Reason = reason,
                    AskedAt = at,
                    AcceptInDoubt = order.AcceptInDoubt,
                    SubjectGone = order.SubjectGone,
                }),
            Operation.AbandonJob => GiveAsync(new AbandonJob { JobId = job, Actor = actor, Reason = reason }),
            Operation.DeleteJob => deletion.DeleteAsync(job, messageId, order, cancellationToken),
            Operation.SetJobRate => rates.SetAsync(job, order.MaxRowsPerSecond, messageId, order, cancellationToken),
            var other => throw new InvalidOperationException($"{other} is not given to a job."),
        };

        CancelJob Cancel() => new() { JobId = job, Actor = actor, Reason = reason, AskedAt = at, PauseSchedule = order.PauseSchedule };

        async Task<CommandAnswered> ResumeAsync()
        {
            var since = TimeProvider.System.GetTimestamp();
            if (await resumes.RefuseAsync(order, job, messageId, patience, cancellationToken) is { } refusal) return refusal;
            var left = patience - TimeProvider.System.GetElapsedTime(since);
            patience = left > Least ? left : Least;
            return await GiveAsync(new ResumeJob { JobId = job, Actor = actor, Reason = reason, PassGuards = order.PassGuards });
        }

        async Task<CommandAnswered> GiveAsync<T>(T command)
            where T : class
        {
            try
            {
                return await bus.AskAsync<T, CommandAnswered>(Lanes.JobCommands, command, patience, cancellationToken, messageId);
            }
            catch (MassTransitException)
            {
                // Not in time, or not at all: a saga that could not reach its database, or a broker that is away.
                throw CallErrors.Unanswered("The job");
            }
        }
    }
}
