using Google.Protobuf.WellKnownTypes;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Jobs;
using Npgsql;
using Enum = System.Enum;

namespace Headgate.JobCoordinator.Reading;

/// <summary>Answers GetJob and ListJobs, each with as many queries however much it answers with.</summary>
sealed class JobReads(CoordinatorState state, JobFinder finder, JobQueries jobs, JobObjects objects, JobTasks tasks, JobFindings findings,
    GuardMessages guards, Tokens tokens)
{
    /// <summary>The most jobs in view FULL in one answer.</summary>
    public const int MostFull = 10;

    const int MostBasic = 1_000;
    const int UsualBasic = 50;
    const int MostCommands = 100;

    // Clients take 4 MiB in one message unless they are told to take more.
    const int MostBytes = 3 * 1024 * 1024;

    public async Task<V1.GetJobResponse> GetAsync(V1.GetJobRequest request, string? project, CancellationToken cancellationToken)
    {
        var (job, look) = await finder.FindAsync(request.Job, project, cancellationToken);
        var (full, commands) = (FullAsync([job], look.At, cancellationToken), CommandsAsync(job.Id, cancellationToken));
        return new V1.GetJobResponse { Job = (await full)[0], Commands = { await commands } };
    }

    public async Task<V1.ListJobsResponse> ListAsync(V1.ListJobsRequest request, string? project, CancellationToken cancellationToken)
    {
        var selection = JobFilters.Check(request.Filter, project);
        var isFull = IsFull(request.View, usual: false);
        var size = isFull ? PageSizes.Check(request.PageSize, MostFull, MostFull) : PageSizes.Check(request.PageSize, UsualBasic, MostBasic);
        var bound = new V1.ListJobsRequest(request) { PageToken = "" };
        var after = request.PageToken.Length == 0
            ? JobKey.First : JobKey.Parse(await tokens.OpenAsync("page_token", bound, project, request.PageToken, cancellationToken));

        var page = await jobs.PageAsync(selection, after, size, cancellationToken);
        var shown = page.Jobs.Take(size).ToList();
        var messages = WithinLimit(isFull ? await FullAsync(shown, page.At, cancellationToken) : [.. shown.Select(job => JobMessages.Of(job, page.At))]);
        var isLast = messages.Count == page.Jobs.Count;
        return new V1.ListJobsResponse
        {
            Jobs = { messages },
            NextPageToken = isLast ? "" : await tokens.SealAsync("page_token", bound, project, shown[messages.Count - 1].Key.ToString(), cancellationToken),
        };
    }

    /// <summary>The jobs with their objects and steps.</summary>
    public async Task<IReadOnlyList<V1.Job>> FullAsync(IReadOnlyList<JobRow> rows, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var found = await objects.OfAsync([.. rows.Select(job => job.Id)], cancellationToken);
        var steps = await tasks.OfAsync(rows, cancellationToken);
        var judgements = await guards.OfAsync([.. rows.Select(job => job.Id)], cancellationToken);
        var compared = await findings.OfAsync(rows, cancellationToken);
        return [.. rows.Select(job =>
        {
            var message = JobMessages.Of(job, at);
            message.Objects.AddRange(found[job.Id]);
            message.Tasks.AddRange(steps[job.Id]);
            message.Judgements.AddRange(judgements[job.Id]);
            message.DryRun = compared.GetValueOrDefault(job.Id);
            return message;
        })];
    }

    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: there is no such view.</exception>
    public static bool IsFull(V1.JobView view, bool usual) =>
        view == V1.JobView.Unspecified ? usual : JobFilters.Name("view", view) == nameof(V1.JobView.Full);

    // A page may be shorter than was asked for, and never empty where there is more.
    static List<V1.Job> WithinLimit(IReadOnlyList<V1.Job> messages)
    {
        var (kept, bytes) = (new List<V1.Job>(messages.Count), 0);
        foreach (var message in messages)
        {
            bytes += message.CalculateSize();
            if (bytes > MostBytes && kept.Count > 0) break;
            kept.Add(message);
        }

        return kept;
    }

    async Task<IReadOnlyList<V1.CommandRecord>> CommandsAsync(Guid job, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            select operation, command, actor, reason, at, state_before, state_after, outcome, sentence
            from coordinator.job_command where job_id = $1 order by command_id desc limit $2
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = MostCommands });
        return await command.ListAsync(
            row => new V1.CommandRecord
            {
                Operation = CommandOperations.Recorded(row.Text(0), row.GetString(1)),
                Actor = row.GetString(2),
                Reason = row.Text(3) ?? "",
                At = Timestamp.FromDateTimeOffset(row.GetFieldValue<DateTimeOffset>(4)),
                StateBefore = Enum.Parse<V1.JobState>(row.GetString(5)),
                StateAfter = Enum.Parse<V1.JobState>(row.GetString(6)),
                Outcome = Enum.Parse<V1.CommandOutcome>(row.GetString(7)),
                Sentence = row.GetString(8),
            },
            cancellationToken);
    }
}
