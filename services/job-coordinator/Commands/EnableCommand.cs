namespace Headgate.JobCoordinator.Commands;

/// <summary>Lets a failed or paused pipeline take runs again.</summary>
static class EnableCommand
{
    public static async Task<int> RunAsync(string pipeline, CancellationToken cancellationToken)
    {
        await using var host = await CommandHost.StartAsync(cancellationToken);
        await using var command = host.State.Source.CreateCommand(
            "update coordinator.pipeline set state = 'Enabled', failures = 0, updated_at = now() where project || '/' || name = $1 and deleted_at is null and state <> 'Resyncing'");
        command.Parameters.AddWithValue(pipeline);
        if (await command.ExecuteNonQueryAsync(cancellationToken) == 1)
        {
            Console.WriteLine($"{pipeline} is enabled.");
            return 0;
        }

        await Console.Error.WriteLineAsync($"error: there is no pipeline {pipeline}, or it is resyncing.");
        return 1;
    }
}
