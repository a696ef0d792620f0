namespace Headgate.PipelineFiles.Tests;

/// <summary>Texts of pipeline files.</summary>
static class Files
{
    /// <summary>The shortest pipeline; ten lines, ending within its only object.</summary>
    public const string Minimal = """
        apiVersion: headgate/v1
        kind: Pipeline
        metadata: { project: crm, name: contacts }
        spec:
          source: { postgres: { connection: env:CRM_SOURCE } }
          destination: { postgres: { connection: env:CRM_DESTINATION } }
          objects:
            - from: public.contacts
              to: public.contacts
              key: [id]

        """;

    /// <summary>The documented example, as the documentation has it.</summary>
    public static string Example { get; } = ReadExample();

    public static string Replace(string old, string by) =>
        Minimal.Contains(old, StringComparison.Ordinal)
            ? Minimal.Replace(old, by, StringComparison.Ordinal)
            : throw new ArgumentException($"The minimal file has no '{old}'.", nameof(old));

    /// <summary>A line 11 in spec.</summary>
    public static string WithSpec(string line) => $"{Minimal}  {line}\n";

    /// <summary>A line 11 in the object.</summary>
    public static string WithObject(string line) => $"{Minimal}      {line}\n";

    public static string Named(string name, string to, string destination = "env:CRM_DESTINATION") =>
        Minimal.Replace("name: contacts", $"name: {name}", StringComparison.Ordinal)
            .Replace("to: public.contacts", $"to: {to}", StringComparison.Ordinal)
            .Replace("env:CRM_DESTINATION", destination, StringComparison.Ordinal);

    static string ReadExample()
    {
        var docs = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "pipelines.md"));
        var start = docs.IndexOf("```yaml\n", StringComparison.Ordinal) + "```yaml\n".Length;
        return docs[start..docs.IndexOf("```", start, StringComparison.Ordinal)];
    }
}
