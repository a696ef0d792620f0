using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Grpc.Core;
using Grpc.Net.Client;
using Headgate.Bench.Measuring;
using Headgate.Bench.Processes;
using Headgate.V1;

namespace Headgate.Bench.Stack;

/// <summary>Headgate as an operator uses it: pipeline files and commands, and what its rows say of a job.</summary>
sealed class HeadgateCommands(Installation installation)
{
    static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(25);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    string? _key;
    readonly string _assembly = Repository.AssemblyOf("job-coordinator", "Headgate.JobCoordinator");

    // Once a pipeline was applied.
    Metadata Authorization => new() { { "authorization", $"Bearer {_key}" } };

    Uri Coordinator => installation.Processes.Single(process => process.Name == "job-coordinator").Address;

    public async Task ApplyAsync(string pipeline, string yaml, CancellationToken cancellationToken)
    {
        _key ??= await AdminKeyAsync(cancellationToken);
        using var http = new HttpClient { BaseAddress = Coordinator };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _key);
        var request = new { files = new[] { new { file = new { name = $"{pipeline}.yaml", text = yaml } } } };
        using var response = await http.PostAsJsonAsync("headgate.v1.PipelineService/ApplyPipeline", request, cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw new BenchException($"{pipeline} was not applied: {await response.Content.ReadAsStringAsync(cancellationToken)}");
    }

    /// <summary>A new API key that sees one project; returns its secret.</summary>
    public async Task<string> ViewerKeyAsync(string project, CancellationToken cancellationToken) =>
        (await CommandAsync(["keys", "create", "--name", $"bench-{project}", "--role", "viewer", "--project", project], cancellationToken)).Trim();

    /// <summary>A new API key for everything; returns its secret.</summary>
    public async Task<string> AdminKeyAsync(CancellationToken cancellationToken) =>
        (await CommandAsync(["keys", "create", "--name", "bench", "--role", "admin", "--all-projects"], cancellationToken)).Trim();

    /// <summary>Runs a pipeline from the request to Completed.</summary>
    public async Task<Measure> RunAsync(string pipeline, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        return await CompletedAsync(await StartAsync(pipeline, cancellationToken), watch, cancellationToken);
    }

    /// <summary>Runs a pipeline, for what comes after it; returns its job.</summary>
    public async Task<Guid> CompletedRunAsync(string pipeline, CancellationToken cancellationToken)
    {
        var job = await StartAsync(pipeline, cancellationToken);
        await CompletedAsync(job, Stopwatch.StartNew(), cancellationToken);
        return job;
    }

    /// <summary>Rolls a job back, whole, from the request to Completed.</summary>
    public async Task<Measure> RollbackAsync(Guid job, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        using var channel = GrpcChannel.ForAddress(Coordinator);
        var request = new RollbackJobRequest { Job = new JobReference { Id = job.ToString() }, Reason = "measured" };
        var records = new RecordService.RecordServiceClient(channel);
        var answer = await records.RollbackJobAsync(request, Authorization, cancellationToken: cancellationToken);
        return await CompletedAsync(Guid.Parse(answer.Job.Id), watch, cancellationToken);
    }

    /// <summary>Compares all that a job has touched with its source, to the end of the stream.</summary>
    public async Task<(DiffSummary Summary, double Seconds)> DiffAsync(Guid job, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        using var channel = GrpcChannel.ForAddress(Coordinator);
        var request = new DiffJobRequest { Job = new JobReference { Id = job.ToString() } };
        var records = new RecordService.RecordServiceClient(channel);
        using var stream = records.DiffJob(request, Authorization, cancellationToken: cancellationToken);
        DiffSummary? summary = null;
        await foreach (var page in stream.ResponseStream.ReadAllAsync(cancellationToken)) summary = page.Summary ?? summary;
        return (summary ?? throw new BenchException("The comparison has ended without a summary."), watch.Elapsed.TotalSeconds);
    }

    async Task<Measure> CompletedAsync(Guid job, Stopwatch watch, CancellationToken cancellationToken)
    {
        while (await StateAsync(job, cancellationToken) is var state && state != "Completed")
        {
            if (state is "Failed" or "Paused" or "Canceled" or "Discarded")
                throw new BenchException($"The job is {state}: {await ErrorAsync(job, cancellationToken)}");
            await Task.Delay(Glance, cancellationToken);
        }

        var wall = watch.Elapsed.TotalSeconds;
        await ReleasedAsync(job, cancellationToken);
        return await MeasureAsync(job, wall, cancellationToken);
    }

    /// <summary>Starts a run; returns its job as soon as it is there.</summary>
    public async Task<Guid> StartAsync(string pipeline, CancellationToken cancellationToken)
    {
        var job = await installation.Commands.RunAsync(pipeline, cancellationToken);
        var watch = Stopwatch.StartNew();
        // The row may come after the answer: the claim is what the answer confirms.
        while (await installation.State.ScalarAsync<long>($"select count(*) from coordinator.sync_job where job_id = '{job}'", cancellationToken) == 0)
        {
            if (watch.Elapsed > Patience) throw new BenchException($"The run of {pipeline} was not refused, and there is no job of it.");
            await Task.Delay(Glance, cancellationToken);
        }

        return job;
    }

    public async Task<string> StateAsync(Guid job, CancellationToken cancellationToken) =>
        await installation.State.ScalarAsync<string>($"select state from coordinator.sync_job where job_id = '{job}'", cancellationToken)
        ?? throw new BenchException($"Job {job} is gone.");

    public async Task<string> ErrorAsync(Guid job, CancellationToken cancellationToken) =>
        await installation.State.ScalarAsync<string>(
            $"select coalesce(error, waiting_for, stop_reason, phase) from coordinator.sync_job where job_id = '{job}'", cancellationToken) ?? "";

    /// <summary>Waits until nothing is left of what the job staged: deleting it is no business of the next contender.</summary>
    public async Task ReleasedAsync(Guid job, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        while (Directory.Exists(Path.Combine(installation.Staging, $"{job:N}")))
        {
            if (watch.Elapsed > Patience) throw new BenchException($"The staged records of job {job} are not released.");
            await Task.Delay(Glance, cancellationToken);
        }
    }

    Task<string> CommandAsync(string[] arguments, CancellationToken cancellationToken) =>
        Tools.RunAsync("dotnet", [_assembly, .. arguments], installation.ServiceEnvironment, cancellationToken);

    /// <summary>The job's time by its own row; wall time from the request's sending to the state's being seen.</summary>
    async Task<Measure> MeasureAsync(Guid job, double wall, CancellationToken cancellationToken)
    {
        var row = (await installation.State.ListAsync(
            $"""
             select extract(epoch from finished_at - created_at)::float8, extract(epoch from launched_at - created_at)::float8,
                    extract(epoch from finished_at - launched_at)::float8
             from coordinator.sync_job where job_id = '{job}'
             """,
            reader => (Whole: reader.GetDouble(0), Extract: reader.GetDouble(1), Load: reader.GetDouble(2)),
            cancellationToken)).Single();
        return new Measure(row.Whole, new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["until launch"] = row.Extract,
            ["launch to end"] = row.Load,
            ["from the request"] = wall,
        });
    }
}
