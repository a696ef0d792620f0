using Headgate.Contracts.Guards;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Reading;
using Npgsql;

namespace Headgate.JobCoordinator.Recovery;

/// <summary>Guards that have seen what a job was about to do, or did, and by its pipeline's file only told of it: lines that have them stop it.</summary>
sealed class SuggestedGuards(CoordinatorState state)
{
    /// <returns>A part of a pipeline file; empty: none has tripped that let the job go on.</returns>
    public async Task<string> OfAsync(Guid job, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            "select distinct guard from coordinator.guard_judgement where job_id = $1 and outcome = 'Tripped' and action = 'Notify' order by guard");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job });
        return Lines(await command.ListAsync(row => Enum.Parse<Guard>(row.GetString(0)), cancellationToken));
    }

    static string Lines(IReadOnlyList<Guard> told) => told.Count == 0
        ? "" : "guards:\n" + string.Concat(told.Select(guard => $"  {Key(guard)}: {{ action: {(guard is Guard.Rejects or Guard.Duration ? "pause" : "hold")} }}\n"));

    static string Key(Guard guard) => $"{char.ToLowerInvariant($"{guard}"[0])}{$"{guard}"[1..]}";
}
