using System.Text.RegularExpressions;

namespace Headgate.Architecture.Tests;

/// <summary>Meaning, unit, default, special values and errors are said where a name is defined: others see nothing but these files.</summary>
public sealed partial class ProtoCommentTests
{
    public static TheoryData<string> Files() => [.. Repository.Files("*.proto", Path.Combine("contracts", "protos", "headgate")).Select(path => Path.GetRelativePath(Repository.Root, path))];

    [Theory]
    [MemberData(nameof(Files))]
    public void Everything_that_is_defined_has_a_comment_before_it(string file)
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, file));
        var definitions = Enumerable.Range(1, lines.Length - 1).Where(at => Definition().IsMatch(lines[at])).ToList();

        Assert.NotEmpty(definitions);
        Assert.Empty(definitions.Where(at => !lines[at - 1].TrimStart().StartsWith("//", StringComparison.Ordinal)).Select(at => $"{file}:{at + 1}: {lines[at].Trim()}"));
    }

    // A message, a method and so on, a value of an enum, or a field; the lines of an option's value have a colon and no number.
    [GeneratedRegex(@"^\s*((message|enum|service|rpc|oneof)\s|[A-Z][A-Z0-9_]*\s*=\s*\d|((optional|repeated)\s+)?[\w.]+(<.*>)?\s+\w+\s*=\s*\d)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Definition();
}
