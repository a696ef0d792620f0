using Headgate.Contracts.Runs;
using Headgate.Hosting.Bus;
using MassTransit;

namespace Headgate.JobCoordinator.Commands;

/// <summary>Starts a run through the scheduler, as every run is started.</summary>
static class RunCommand
{
    public static async Task<int> RunAsync(string pipeline, bool wait, string actor, CancellationToken cancellationToken)
    {
        if (pipeline.Split('/') is not [var project, var name])
        {
            await Console.Error.WriteLineAsync($"error: a pipeline is named PROJECT/NAME, not \"{pipeline}\".");
            return 2;
        }

        await using var host = await CommandHost.StartAsync(cancellationToken);
        var client = host.Bus.CreateRequestClient<StartRun>(Lanes.Address(Lanes.Runs), TimeSpan.FromSeconds(30));
        var answer = (await client.GetResponse<RunAnswered>(
            new StartRun { RunId = Guid.CreateVersion7(), Project = project, Pipeline = name, Trigger = TriggerKind.SyncNow, Actor = actor },
            cancellationToken)).Message;
        Console.WriteLine(answer.Sentence);
        if (answer.Outcome is RunOutcome.Refused or RunOutcome.Skipped) return 1;
        return wait ? await JobWatch.ToTheEndAsync(host, answer.JobId!.Value, cancellationToken) : 0;
    }
}
