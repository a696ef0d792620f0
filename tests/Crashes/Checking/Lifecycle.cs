using System.Text.RegularExpressions;
using Headgate.Tests.Installations;

namespace Headgate.Crashes.Tests.Checking;

/// <summary>The transitions that docs/job-lifecycle.md allows; a test of the coordinator holds that diagram equal to its machine.</summary>
static partial class Lifecycle
{
    static readonly HashSet<(string, string)> Allowed = [.. Read()];

    public static bool Allows(string from, string to) => Allowed.Contains((from, to));

    static IEnumerable<(string From, string To)> Read()
    {
        var diagram = File.ReadAllText(Path.Combine(Repository.Root, "docs", "job-lifecycle.md")).Split("stateDiagram-v2")[1];
        return Edge().Matches(diagram).Select(match => (match.Groups["from"].Value, match.Groups["to"].Value));
    }

    [GeneratedRegex(@"^ +(?<from>\w+) --> (?<to>\w+):", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Edge();
}
