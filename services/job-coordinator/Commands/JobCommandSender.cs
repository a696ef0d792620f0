using Headgate.Contracts.Jobs;
using Headgate.Hosting.Bus;
using MassTransit;

namespace Headgate.JobCoordinator.Commands;

/// <summary>Sends a command to a job and prints its answer.</summary>
static class JobCommandSender
{
    public static async Task<int> SendAsync<T>(T command, CancellationToken cancellationToken)
        where T : class
    {
        await using var host = await CommandHost.StartAsync(cancellationToken);
        var client = host.Bus.CreateRequestClient<T>(Lanes.Address(Lanes.JobCommands), TimeSpan.FromSeconds(30));
        var answer = (await client.GetResponse<CommandAnswered>(command, cancellationToken)).Message;
        Console.WriteLine($"{answer.State}: {answer.Sentence}");
        if (answer.WouldAccept.Count > 0) Console.WriteLine($"It would accept: {string.Join(", ", answer.WouldAccept)}.");
        return answer.Outcome == CommandOutcome.Refused ? 1 : 0;
    }
}
