using Headgate.V1;

namespace Headgate.Cli.Calls;

/// <summary>What a job has written, or what a dry run would write.</summary>
static class ChangedRecords
{
    public static async IAsyncEnumerable<ListChangesResponse> ReadAsync(Session session, ListChangesRequest request)
    {
        var stream = session.Calls.Stream(
            (token, options) => session.Calls.Records.ListChanges(new ListChangesRequest(request) { ResumeToken = token }, options),
            (ListChangesResponse response) => response.ResumeToken);
        long given = 0;
        await foreach (var response in stream.ReadAsync(session.Stop))
        {
            // A stream that was opened again counts anew.
            while (request.Limit > 0 && given + response.Changes.Count > request.Limit) response.Changes.RemoveAt(response.Changes.Count - 1);
            given += response.Changes.Count;
            if (response.Changes.Count > 0) yield return response;
            if (request.Limit > 0 && given >= request.Limit) yield break;
        }
    }
}
