using System.Security.Cryptography;
using System.Text;
using Headgate.Contracts.Jobs;
using Headgate.Hosting.Bus;
using MassTransit;

namespace Headgate.JobCoordinator.Calls;

/// <summary>Hands commands to jobs, as messages: the saga alone decides, and answers.</summary>
sealed class JobCommandSender(IBus bus)
{
    /// <summary>How long a job has to answer; it may be waiting for a lock that a commit of its own holds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <param name="command">The command.</param>
    /// <param name="repeats">What tells a repeat: the same caller, method, key and job. Null: each call is a command of its own.</param>
    /// <param name="cancellationToken">Ends the wait, not the command.</param>
    /// <exception cref="Grpc.Core.RpcException">UNAVAILABLE: no answer in time.</exception>
    public async Task<CommandAnswered> SendAsync<T>(T command, string? repeats, CancellationToken cancellationToken)
        where T : class
    {
        var client = bus.CreateRequestClient<T>(Lanes.Address(Lanes.JobCommands), Patience);
        try
        {
            var answer = await client.GetResponse<CommandAnswered>(
                command, send => send.UseExecute(context => context.MessageId = repeats is null ? context.MessageId : IdOf(repeats)), cancellationToken);
            return answer.Message;
        }
        catch (RequestTimeoutException)
        {
            throw CallErrors.Unanswered("The job");
        }
    }

    // The saga answers a message that it has answered already as it did then.
    static Guid IdOf(string repeats) => new(SHA256.HashData(Encoding.UTF8.GetBytes(repeats)).AsSpan(0, 16));
}
