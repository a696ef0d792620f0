namespace Headgate.Bench.Cases;

/// <summary>Pipeline files for the benchmark's databases.</summary>
static class PipelineYaml
{
    public static string Of(string name, IEnumerable<string> objects, string more = "") =>
        $$"""
        apiVersion: headgate/v1
        kind: Pipeline
        metadata: { project: bench, name: {{name}} }
        spec:
          source: { postgres: { connection: env:BENCH_SOURCE } }
          destination: { postgres: { connection: env:BENCH_DESTINATION } }
        {{more}}
          # Cases change all rows at once: that is compared as any run is, and told.
          guards: { canary: { action: notify } }
          objects:
        {{string.Join('\n', objects)}}
        """;

    public static string Object(string from, string to, string? cursor = null) =>
        $"    - {{ from: {from}, to: {to}, key: [id]{(cursor is null ? "" : $", cursor: {cursor}")} }}";
}
