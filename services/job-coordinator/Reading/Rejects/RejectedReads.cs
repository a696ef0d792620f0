using Headgate.Connectors;
using Headgate.Connectors.Rejects;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Calls;
using Headgate.JobCoordinator.Calls.Pipelines;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Fencing;
using Npgsql;

namespace Headgate.JobCoordinator.Reading.Rejects;

/// <summary>Answers ListRejected, from what the job's destination keeps: records are kept nowhere else.</summary>
sealed class RejectedReads(CoordinatorState state, JobFinder finder, FenceOpener destinations, Tokens tokens)
{
    const int Usual = 50;
    const int Most = 1_000;

    // Clients take 4 MiB in one message unless they are told to take more.
    const int MostBytes = 3 * 1024 * 1024;

    /// <exception cref="Grpc.Core.RpcException">What RecordService says of ListRejected.</exception>
    public async Task<V1.ListRejectedResponse> ListAsync(V1.ListRejectedRequest request, string? project, CancellationToken cancellationToken)
    {
        if (request.Attempt < 0) throw CallErrors.Invalid(("attempt", "Expected an attempt, from 1, or 0 for all of them."));
        var (job, _) = await finder.FindAsync(request.Job, project, cancellationToken);
        var size = PageSizes.Check(request.PageSize, Usual, Most);
        // A pipeline's active job is another one by the time of the next page, or none.
        var bound = new V1.ListRejectedRequest(request) { PageToken = "", Job = new V1.JobReference { Id = job.Id.ToString() } };
        var after = request.PageToken.Length == 0 ? null : await tokens.OpenAsync("page_token", bound, project, request.PageToken, cancellationToken);
        var (objects, isPurged) = await ObjectsAsync(job.Id, cancellationToken);
        if (isPurged)
            throw PipelineRefusals.NothingRecorded(job.Id, job.State, $"Of job {job.Id} nothing is recorded: the pipeline's retention.changes is over.");
        var query = new RejectQuery
        {
            JobId = job.Id,
            ObjectNo = request.Object.Length == 0 ? null : NumberOf(request.Object, objects),
            Attempt = request.Attempt == 0 ? null : request.Attempt,
            After = after,
            Limit = size + 1,
        };
        return await PageAsync(await ReadAsync(job, query, cancellationToken), objects, size, bound, project, cancellationToken);
    }

    async Task<V1.ListRejectedResponse> PageAsync(
        IReadOnlyList<LoggedReject> found, Dictionary<int, string> objects, int size, V1.ListRejectedRequest bound, string? project,
        CancellationToken cancellationToken)
    {
        var response = new V1.ListRejectedResponse();
        var bytes = 0;
        foreach (var reject in found.Take(size))
        {
            var message = RejectedMessages.Of(reject, objects.GetValueOrDefault(reject.ObjectNo, ""));
            bytes += message.CalculateSize();
            if (bytes > MostBytes && response.Records.Count > 0) break;
            response.Records.Add(message);
        }

        if (response.Records.Count < found.Count)
            response.NextPageToken = await tokens.SealAsync("page_token", bound, project, found[response.Records.Count - 1].Place, cancellationToken);
        return response;
    }

    async Task<IReadOnlyList<LoggedReject>> ReadAsync(JobRow job, RejectQuery query, CancellationToken cancellationToken)
    {
        if (job.Launched is null) return [];
        try
        {
            await using var rejects = await destinations.OpenRejectsAsync(job.PipelineId, job.PipelineVersion, cancellationToken);
            return rejects is null ? [] : await rejects.ListAsync(query, cancellationToken);
        }
        catch (ConnectorException error)
        {
            throw CallErrors.Unavailable($"The destination's record of rejects cannot be read: {error.Message}");
        }
    }

    async Task<(Dictionary<int, string> Objects, bool IsPurged)> ObjectsAsync(Guid job, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            select o.object_no, o.destination, j.log_purged_at is not null from coordinator.sync_job j
            left join coordinator.job_object o on o.job_id = j.job_id where j.job_id = $1
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job });
        var rows = await command.ListAsync(row => (No: row.Value<int>(0), Name: row.Text(1), IsPurged: row.GetBoolean(2)), cancellationToken);
        return (rows.Where(row => row.No is not null).ToDictionary(row => row.No!.Value, row => row.Name!), rows.Any(row => row.IsPurged));
    }

    static int NumberOf(string name, Dictionary<int, string> objects)
    {
        var wanted = QualifiedName.TryParse(name, out var parsed) ? parsed : (QualifiedName?)null;
        var numbers = objects
            .Where(each => each.Value == name || QualifiedName.TryParse(each.Value, out var table) && table == wanted).Select(each => each.Key).ToList();
        return numbers is [var number] ? number
            : throw CallErrors.Invalid(("object", $"The job has no object {name}: expected a destination, as the pipeline file names it."));
    }
}
