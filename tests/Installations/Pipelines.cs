namespace Headgate.Tests.Installations;

/// <summary>Pipeline files as tests need them.</summary>
public static class Pipelines
{
    // What a test does to all rows at once is meant; where it is about guards it says so itself.
    const string Meant = "  guards: { canary: { action: notify } }";

    public static string Of(string name, string objects, string more = "") =>
        $$"""
        apiVersion: headgate/v1
        kind: Pipeline
        metadata: { project: test, name: {{name}} }
        spec:
          source: { postgres: { connection: env:TEST_SOURCE } }
          destination: { postgres: { connection: env:TEST_DESTINATION } }
          objects:
        {{objects}}
        {{more}}
        {{(more.Contains("guards:", StringComparison.Ordinal) ? "" : Meant)}}
        """;

    public static string Object(string table, string key = "id", string? cursor = null, string? filter = null) =>
        $"    - {{ from: public.{table}, to: public.{table}, key: [{key}]"
        + (cursor is null ? "" : $", cursor: {cursor}") + (filter is null ? "" : $", filter: \"{filter}\"") + " }";
}
