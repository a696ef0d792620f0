using Headgate.V1;
using AppliedFile = Headgate.V1.ApplyPipelineRequest.Types.File;

namespace Headgate.JobCoordinator.Tests.Calls.Pipelines;

/// <summary>A project of its own, and what a test does in it.</summary>
public sealed class BenchProject(PipelineBench bench, string name)
{
    public string Name => name;

    public PipelineReference Reference(string pipeline = "contacts") => new() { Project = name, Name = pipeline };

    /// <summary>A pipeline file of eleven lines.</summary>
    /// <param name="pipeline">Its name.</param>
    /// <param name="to">Its table; null: one of its own.</param>
    /// <param name="more">What else its object has.</param>
    /// <param name="source">What its source's connection says; null: the bench's.</param>
    /// <param name="destination">What its destination's connection says; null: the bench's.</param>
    public string Text(string pipeline = "contacts", string? to = null, string more = "", string? source = null, string? destination = null) =>
        $$"""
          apiVersion: headgate/v1
          kind: Pipeline
          metadata: { project: {{name}}, name: {{pipeline}} }
          spec:
            source: { postgres: { connection: {{source ?? PipelineBench.SourceReference}} } }
            destination: { postgres: { connection: {{destination ?? PipelineBench.DestinationReference}} } }
            objects:
              - from: public.contacts
                to: {{to ?? $"{name}.{pipeline}".Replace('-', '_')}}
                key: [id]
                {{more}}

          """;

    public static ApplyPipelineRequest Request(params IEnumerable<string> texts) =>
        new() { Files = { texts.Select((text, no) => new AppliedFile { File_ = new PipelineFile { Name = $"f{no}.yaml", Text = text } }) } };

    public static ApplyPipelineRequest Expecting(int version, string text)
    {
        var request = Request(text);
        request.Files[0].ExpectedVersion = version;
        return request;
    }

    /// <summary>Applies a pipeline, and gives it as it then is.</summary>
    public async Task<Pipeline> ApplyAsync(string pipeline = "contacts", string? to = null, string more = "") =>
        (await bench.Admin.ApplyPipelineAsync(Request(Text(pipeline, to, more)))).Results.Single().Pipeline;

    /// <summary>Applies a pipeline the destination of which is out of reach from then on: no stop of a job of it is confirmed.</summary>
    public async Task ApplyAndLoseDestinationAsync()
    {
        var variable = $"LOST_{name}".ToUpperInvariant();
        Environment.SetEnvironmentVariable(variable, bench.Destination.ConnectionString);
        await bench.Admin.ApplyPipelineAsync(Request(Text(destination: $"env:{variable}")));
        Environment.SetEnvironmentVariable(variable, null);
    }

    /// <summary>Starts a run, and gives its job.</summary>
    public async Task<Guid> StartAsync(string pipeline = "contacts") =>
        Guid.Parse((await bench.Admin.SyncNowAsync(new SyncNowRequest { Pipeline = Reference(pipeline) })).Job.Id);

    /// <summary>Puts a job into a state in which nothing moves it on by itself.</summary>
    public Task MoveAsync(Guid job, string state, string more = "") => bench.State.ExecuteAsync(
        $"""
         update coordinator.sync_job set state = '{state}', wake_at = null,
             request_id = {(state == "Processing" ? "gen_random_uuid()" : "null")}, launched_at = {(state == "Processing" ? "now()" : "null")},
             finished_at = {(state is "Completed" or "Canceled" or "Discarded" ? "now()" : "null")} {more} where job_id = '{job}'
         """);

    public Task<string?> StateAsync(Guid job) => bench.State.ScalarAsync<string>($"select state from coordinator.sync_job where job_id = '{job}'");

    public Task SetAsync(string assignments, string pipeline = "contacts") =>
        bench.State.ExecuteAsync($"update coordinator.pipeline set {assignments} where project = '{name}' and name = '{pipeline}'");

    public Task<long> CountAsync(string what) => bench.State.ScalarAsync<long>($"select count(*) from {what}");

    /// <summary>How many pipelines there are in it.</summary>
    public Task<long> PipelinesAsync() => CountAsync($"coordinator.pipeline where project = '{name}'");

    public Task<long> VersionsAsync() => CountAsync($"coordinator.pipeline_version join coordinator.pipeline p using (pipeline_id) where p.project = '{name}'");

    public Task<long> JobsAsync() => CountAsync($"coordinator.sync_job where project = '{name}'");
}
