using System.Globalization;
using Headgate.Connectors;
using Headgate.Connectors.Doubts;
using Headgate.JobCoordinator.Calls;
using Headgate.JobCoordinator.Fencing;
using Headgate.JobCoordinator.Reading;

namespace Headgate.JobCoordinator.Doubts;

/// <summary>Answers ListInDoubt, from the ledger of the job's destination: its records are kept nowhere else.</summary>
sealed class InDoubtReads(ObjectNames names, JobFinder finder, FenceOpener destinations, Tokens tokens)
{
    const int Usual = 50;
    const int Most = 1_000;

    // Clients take 4 MiB in one message unless they are told to take more.
    const int MostBytes = 3 * 1024 * 1024;

    /// <exception cref="Grpc.Core.RpcException">What RecordService says of ListInDoubt.</exception>
    public async Task<V1.ListInDoubtResponse> ListAsync(V1.ListInDoubtRequest request, string? project, CancellationToken cancellationToken)
    {
        var (job, _) = await finder.FindAsync(request.Job, project, cancellationToken);
        var size = PageSizes.Check(request.PageSize, Usual, Most);
        var asked = request.State == V1.DoubtState.Unspecified ? (DoubtState?)null : Enum.Parse<DoubtState>(JobFilters.Name("state", request.State));
        // A pipeline's active job is another one by the time of the next page, or none.
        var bound = new V1.ListInDoubtRequest(request) { PageToken = "", Job = new V1.JobReference { Id = job.Id.ToString() } };
        var after = request.PageToken.Length == 0
            ? "0" : await tokens.OpenAsync("page_token", bound, project, request.PageToken, cancellationToken);
        var objects = await names.OfAsync(job.Id, cancellationToken);
        var query = new DoubtQuery
        {
            JobId = job.Id,
            ObjectNo = request.Object.Length == 0 ? null : ObjectNames.NumberOf(request.Object, objects),
            State = asked,
            After = long.Parse(after, CultureInfo.InvariantCulture),
            Limit = size + 1,
        };

        var found = await ReadAsync(job, query, cancellationToken);
        var response = new V1.ListInDoubtResponse();
        var bytes = 0;
        foreach (var record in found.Take(size))
        {
            var message = InDoubtMessages.Of(record, objects.GetValueOrDefault(record.ObjectNo, ""));
            bytes += message.CalculateSize();
            if (bytes > MostBytes && response.Records.Count > 0) break;
            response.Records.Add(message);
        }

        if (response.Records.Count < found.Count)
        {
            var place = found[response.Records.Count - 1].Sequence.ToString(CultureInfo.InvariantCulture);
            response.NextPageToken = await tokens.SealAsync("page_token", bound, project, place, cancellationToken);
        }

        return response;
    }

    async Task<IReadOnlyList<DoubtRecord>> ReadAsync(JobRow job, DoubtQuery query, CancellationToken cancellationToken)
    {
        try
        {
            await using var ledger = await destinations.OpenDoubtsAsync(job.PipelineId, job.PipelineVersion, cancellationToken);
            return ledger is null ? [] : await ledger.ListAsync(query, cancellationToken);
        }
        catch (ConnectorException error)
        {
            throw CallErrors.Unavailable($"The destination's ledger cannot be read: {error.Message}");
        }
    }
}
