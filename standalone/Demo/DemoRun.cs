using System.Diagnostics;
using Headgate.Contracts.Runs;
using Headgate.Hosting.Bus;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Fencing;
using Headgate.JobCoordinator.Pipelines;
using Headgate.PipelineFiles;
using Headgate.PrivateServers;
using MassTransit;

namespace Headgate.Standalone.Demo;

/// <summary>The main job on the embedded default, from nothing to a verified copy, and then what changed since.</summary>
static class DemoRun
{
    static readonly string[] Tables = ["contacts", "orders"];

    public static async Task<int> RunAsync(string directory, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        Say("A private PostgreSQL starts ...");
        await using var postgres = await PrivatePostgres.StartAsync(
            new PrivateServerOptions { Directory = Path.Combine(directory, "postgres") }, cancellationToken);
        var databases = new DemoDatabases(postgres.ConnectionString);
        await databases.CreateAsync(cancellationToken);
        Say($"A source of 80,000 contacts and 250,000 orders is made ... ({watch.Elapsed.TotalSeconds:0.0} s)");
        await databases.RunAsync("source.sql", cancellationToken);
        Environment.SetEnvironmentVariable("DEMO_SOURCE", databases.Source);
        Environment.SetEnvironmentVariable("DEMO_DESTINATION", databases.Destination);

        using var host = EmbeddedServices.Build(databases.State, Path.Combine(directory, "staging"));
        await host.StartAsync(cancellationToken);
        await ApplyAsync(host, cancellationToken);

        Say($"The first run reads and writes everything ... ({watch.Elapsed.TotalSeconds:0.0} s)");
        var first = await SyncAsync(host, cancellationToken);
        await CompareAsync(databases, cancellationToken);

        Say($"Rows change at the source, and a second run brings the changes ... ({watch.Elapsed.TotalSeconds:0.0} s)");
        await databases.RunAsync("changes.sql", cancellationToken);
        var second = await SyncAsync(host, cancellationToken);
        await CompareAsync(databases, cancellationToken);
        await host.StopAsync(cancellationToken);

        Summarize(directory, first, second, watch.Elapsed);
        return 0;
    }

    static async Task ApplyAsync(IHost host, CancellationToken cancellationToken)
    {
        var files = PipelineFile.Read(Path.Combine(AppContext.BaseDirectory, "demo"));
        if (files.Problems.Count > 0) throw new DemoFailedException(string.Join(Environment.NewLine, files.Problems));
        var fences = host.Services.GetRequiredService<FenceOpener>();
        var set = new List<PipelineToApply>();
        foreach (var (definition, origin) in files.Definitions.Zip(files.Origins))
        {
            var destination = (await fences.IdentifyAsync(definition.Destination, cancellationToken)).Name;
            set.Add(new PipelineToApply(definition, destination, origin.FileName, origin.Text));
        }

        foreach (var applied in await host.Services.GetRequiredService<PipelineStore>().ApplyAsync(set, "demo", cancellationToken)) Say($"Pipeline {applied}");
    }

    static async Task<JobSummary> SyncAsync(IHost host, CancellationToken cancellationToken)
    {
        var client = host.Services.GetRequiredService<IBus>().CreateRequestClient<StartRun>(Lanes.Address(Lanes.Runs));
        var run = new StartRun { RunId = Guid.CreateVersion7(), Project = "demo", Pipeline = "crm", Trigger = TriggerKind.SyncNow, Actor = "demo" };
        var answer = (await client.GetResponse<RunAnswered>(run, cancellationToken)).Message;
        if (answer.Outcome != RunOutcome.Started) throw new DemoFailedException(answer.Sentence);

        var job = await DemoProgress.FollowAsync(host.Services.GetRequiredService<CoordinatorState>(), run.RunId, cancellationToken);
        if (job.State != "Completed") throw new DemoFailedException($"The job ended {job}");
        Say($"  {job}");
        return job;
    }

    static async Task CompareAsync(DemoDatabases databases, CancellationToken cancellationToken)
    {
        foreach (var table in Tables)
        {
            var source = await DemoDatabases.ChecksumAsync(databases.Source, table, cancellationToken);
            var destination = await DemoDatabases.ChecksumAsync(databases.Destination, table, cancellationToken);
            if (source != destination) throw new DemoFailedException($"{table} differs: {source} at the source, {destination} at the destination.");
            Say($"  {table}: {source.Rows:N0} rows, equal by checksum {source.Checksum}.");
        }
    }

    static void Summarize(string directory, JobSummary first, JobSummary second, TimeSpan took)
    {
        Say($"Done in {took.TotalSeconds:0.0} s: {first.Inserted:N0} rows inserted by the first run, {second.Inserted:N0} inserted and {second.Updated:N0} updated by the second.");
        Say("Where to look:");
        Say("  deploy/demo/crm.yaml      the pipeline");
        Say($"  {Path.Combine(directory, "postgres")}  the databases demo_source, demo_destination (see its schema headgate: ledger, change log, fence)");
        Say("  ./headgate up             the same as services of their own on RabbitMQ; README.md tells how to run a pipeline of yours");
    }

    static void Say(string line) => Console.WriteLine(line);
}
