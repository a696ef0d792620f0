using System.Text.Json;
using Headgate.Contracts.Comparing;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Pipelines;
using Npgsql;

namespace Headgate.JobCoordinator.Reading;

/// <summary>What dry runs have found.</summary>
sealed class JobFindings(CoordinatorState state)
{
    /// <summary>Of those that are through; the other jobs are not looked for.</summary>
    public async Task<IReadOnlyDictionary<Guid, V1.DryRunSummary>> OfAsync(IEnumerable<JobRow> jobs, CancellationToken cancellationToken)
    {
        var through = jobs.Where(job => job is { Kind: JobKind.DryRun, State: nameof(SyncJobStateMachine.Completed) })
            .Select(job => job.Id).ToArray();
        if (through.Length == 0) return new Dictionary<Guid, V1.DryRunSummary>();
        await using var command = state.Source.CreateCommand(
            """
            select f.job_id, o.destination, f.found::text
            from coordinator.job_finding f join coordinator.sync_job j on j.job_id = f.job_id and j.attempt = f.attempt
            join coordinator.job_object o on o.job_id = f.job_id and o.object_no = f.object_no
            where f.job_id = any($1) order by f.job_id, f.object_no
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = through });
        var rows = await command.ListAsync(row => (Job: row.GetGuid(0), Object: Read(row)), cancellationToken);
        return rows.GroupBy(row => row.Job).ToDictionary(
            job => job.Key, job => new V1.DryRunSummary { Objects = { job.Select(row => row.Object) } });
    }

    static V1.DryRunObject Read(NpgsqlDataReader row)
    {
        var found = JsonSerializer.Deserialize<ObjectFindings>(row.GetString(2), PipelineJson.Options)!;
        return new V1.DryRunObject
        {
            Object = row.GetString(1),
            Compared = found.Rows,
            Inserts = found.Inserts,
            Updates = found.Updates,
            Unchanged = found.Unchanged,
            Rejected = found.Rejected,
            RejectsUnknown = found.RejectsUnknown ?? "",
            Fields =
            {
                found.Fields.Where(field => field.Changed > 0).Select(field => new V1.DryRunField
                {
                    Field = field.Field, Changed = field.Changed, Nulled = field.Nulled,
                }),
            },
        };
    }
}
