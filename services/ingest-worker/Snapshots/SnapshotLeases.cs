using Headgate.Contracts.Extraction;
using Headgate.IngestWorker.State;

namespace Headgate.IngestWorker.Snapshots;

/// <summary>Which snapshots are held open, as all workers see it.</summary>
sealed class SnapshotLeases(IngestState state)
{
    // Long beside the renewal, so that a state database that restarts does not cost a read from the beginning. A source session that
    // ended is noticed by itself.
    const string Lease = "interval '60 seconds'";

    static readonly string Worker = $"{Environment.MachineName}:{Environment.ProcessId}:{Guid.NewGuid():N}";

    public async Task AddAsync(Guid id, PrepareJob job, string name, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            $"""
             insert into ingest.snapshot (id, job_id, attempt, epoch, name, worker, lease_until)
             values ($1, $2, $3, $4, $5, $6, now() + {Lease})
             """);
        await command.With(id, job.JobId, job.Attempt, job.Epoch, name, Worker).ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Renews the lease; false: the snapshot was released.</summary>
    public async Task<bool> RenewAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            $"update ingest.snapshot set lease_until = now() + {Lease} where id = $1 and released_at is null");
        return await command.With(id).ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    public async Task ReleaseAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            "update ingest.snapshot set released_at = now() where id = $1 and released_at is null");
        await command.With(id).ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Releases the snapshot if nothing is left to be read under it: all is staged, or was planned anew under another one.
    /// </summary>
    /// <returns>True if it is released now, by this call or before.</returns>
    public async Task<bool> ReleaseIfDoneAsync(Guid id, CancellationToken cancellationToken)
    {
        // Beginning with the segments that are left, of which the first is enough: beginning with the objects, all done ones come first.
        await using var command = state.Source.CreateCommand(
            """
            update ingest.snapshot s set released_at = coalesce(released_at, now())
            where s.id = $1
              and (released_at is not null
                or exists (select from ingest.object p where p.snapshot = s.id)
               and not exists (select from ingest.segment g cross join lateral (
                                   select from ingest.object o
                                   where (o.job_id, o.attempt, o.object_no, o.snapshot) = (g.job_id, g.attempt, g.object_no, g.snapshot)
                                     and not o.superseded limit 1) planned
                               where g.snapshot = s.id and g.copy is null))
            """);
        return await command.With(id).ExecuteNonQueryAsync(cancellationToken) > 0;
    }
}
