using System.Diagnostics;
using Headgate.Bench.Lists;
using Headgate.Bench.Measuring;
using Headgate.Bench.Reporting;
using Headgate.V1;

namespace Headgate.Bench.Cases;

/// <summary>How long a page of jobs takes where there are very many, whatever is asked for, also far down the list.</summary>
sealed class Lists : IBenchCase
{
    const int Asked = 200;
    const int WarmUp = 20;
    const int PageSize = 50;
    const int FarPage = 1_000;
    const double Goal = 50;

    public string Name => "lists";

    public async Task<CaseReport> RunAsync(CaseRun run, CancellationToken cancellationToken)
    {
        var state = run.Installation.State;
        run.Say($"  {ListedState.Pipelines:N0} pipelines and {ListedState.Ended:N0} jobs are made ...");
        await ListedState.FillAsync(state, cancellationToken);
        await using var server = await ReadingServer.StartAsync(state, await run.Headgate.AdminKeyAsync(cancellationToken), cancellationToken);
        var request = await state.ScalarAsync<Guid>("select request_id from coordinator.sync_job where request_id is not null limit 1", cancellationToken);
        var rows = new List<IReadOnlyList<string>>();
        var worst = 0.0;
        foreach (var (name, filter) in ListQuestions.All(await state.ScalarAsync<DateTimeOffset>("select now()", cancellationToken), $"{request}"))
        {
            var first = new ListJobsRequest { Filter = filter, PageSize = PageSize };
            worst = Math.Max(worst, await AskAsync(rows, name, "1", () => JobsAsync(server, first, cancellationToken)));
            if (await FarAsync(server, first, cancellationToken) is { } far)
                worst = Math.Max(worst, await AskAsync(rows, name, $"{FarPage:N0}", () => JobsAsync(server, far, cancellationToken)));
        }

        var pipelines = await AskAsync(rows, "pipelines", "1", async () =>
            (await server.Pipelines.ListPipelinesAsync(new ListPipelinesRequest { PageSize = PageSize }, cancellationToken: cancellationToken)).Pipelines.Count);
        return new CaseReport
        {
            Name = Name,
            Description = $"Pages of {PageSize} of {ListedState.Ended:N0} jobs that have ended ({ListedState.Busiest:N0} of them of one pipeline) and {ListedState.Open:N0} that have "
                + $"not, of {ListedState.Pipelines:N0} pipelines in {ListedState.Projects} projects; whole calls with an API key, {Asked} of each kind, one after another.",
            Figures = [new Figures(["list", "page", "jobs", "median", "p99 (nearest rank)", "max"], rows)],
            Targets = [Target.AtMost("worst p99 of a page of jobs", Goal, worst, " ms"), Target.AtMost("p99 of a page of pipelines", Goal, pipelines, " ms")],
        };
    }

    static async Task<int> JobsAsync(ReadingServer server, ListJobsRequest request, CancellationToken cancellationToken) =>
        (await server.Jobs.ListJobsAsync(request, cancellationToken: cancellationToken)).Jobs.Count;

    // The request of the far page; null: the list is not as long.
    static async Task<ListJobsRequest?> FarAsync(ReadingServer server, ListJobsRequest request, CancellationToken cancellationToken)
    {
        for (var page = 1; page < FarPage; page++)
        {
            var token = (await server.Jobs.ListJobsAsync(request, cancellationToken: cancellationToken)).NextPageToken;
            if (token.Length == 0) return null;
            request = new ListJobsRequest(request) { PageToken = token };
        }

        return request;
    }

    static async Task<double> AskAsync(List<IReadOnlyList<string>> rows, string list, string page, Func<Task<int>> ask)
    {
        var (taken, found) = (new List<double>(), 0);
        for (var time = 0; time < WarmUp + Asked; time++)
        {
            var began = Stopwatch.GetTimestamp();
            found = await ask();
            if (time >= WarmUp) taken.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        var p99 = Statistics.Percentile(taken, 99);
        rows.Add([list, page, $"{found}", $"{Statistics.Median(taken):0.0} ms", $"{p99:0.0} ms", $"{taken.Max():0.0} ms"]);
        return p99;
    }
}
