using System.Text.RegularExpressions;

namespace Headgate.Architecture.Tests;

public sealed class SchemaTests
{
    static readonly Dictionary<string, string> SchemaOf = new(StringComparer.Ordinal)
    {
        ["job-coordinator"] = "coordinator",
        ["ingest-worker"] = "ingest",
        ["scheduler"] = "scheduler",
        ["notifier"] = "notifier",
    };

    public static TheoryData<string> Services() => [.. SchemaOf.Keys];

    [Theory]
    [MemberData(nameof(Services))]
    public void Service_names_no_tables_of_another(string service)
    {
        var others = SchemaOf.Where(entry => entry.Key != service).Select(entry => entry.Value);
        var foreign = new Regex($@"\b(from|join|into|update|table|only)\s+({string.Join('|', others)})\.", RegexOptions.IgnoreCase, TimeSpan.FromSeconds(1));
        foreach (var path in Repository.Files("*.cs", Path.Combine("services", service)).Concat(Repository.Files("*.sql", Path.Combine("services", service))))
            Assert.DoesNotMatch(foreign, File.ReadAllText(path));
    }
}
