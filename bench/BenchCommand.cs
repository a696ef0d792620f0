using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Headgate.Bench.Cases;

namespace Headgate.Bench;

/// <summary>The command line.</summary>
static class BenchCommand
{
    public static RootCommand Create()
    {
        var rows = new Option<long>("--rows") { Description = "Rows of the large table.", DefaultValueFactory = _ => 2_000_000 };
        rows.CustomParser = result => Number(result, BenchOptions.FewestRows, BenchOptions.MostRows);
        var rounds = new Option<int>("--rounds") { Description = "Warm rounds after the cold one.", DefaultValueFactory = _ => 3 };
        rounds.CustomParser = result => (int)Number(result, 0, BenchOptions.MostRounds);
        var stops = new Option<int>("--stops") { Description = "Stops of each mode, in the cases of stops.", DefaultValueFactory = _ => 40 };
        stops.CustomParser = result => (int)Number(result, BenchOptions.FewestStops, BenchOptions.MostStops);
        var only = new Option<string[]>("--only")
        {
            Description = $"Cases: {string.Join(", ", AllCases.InOrder.Select(c => c.Name))}. Default: all but scale and stop-large.",
            DefaultValueFactory = _ => [.. AllCases.Usual],
            CustomParser = Cases,
            HelpName = "CASE[,CASE]",
        };
        var markdown = new Option<string?>("--markdown")
        {
            Description = "Also write the tables to this file, in Markdown.",
            HelpName = "FILE",
        };
        markdown.Validators.Add(CheckFile);
        var directory = new Option<string>("--directory")
        {
            Description = "The disk that is measured: servers and staged files live in a folder of their own in this one, deleted at the end.",
            DefaultValueFactory = _ => Path.GetTempPath(),
        };
        directory.Validators.Add(CheckFolder);

        var root = new RootCommand("Measures Headgate's whole job beside its peers, alternating, on fresh private servers.")
        {
            rows, rounds, stops, only, markdown, directory,
        };
        root.SetAction((parsed, stop) => BenchRun.RunAsync(
            new BenchOptions
            {
                Rows = parsed.GetValue(rows),
                Rounds = parsed.GetValue(rounds),
                Stops = parsed.GetValue(stops),
                Cases = parsed.GetValue(only)!,
                Markdown = parsed.GetValue(markdown),
                Directory = Path.Combine(Path.GetFullPath(parsed.GetValue(directory)!), $"headgate-bench-{Guid.NewGuid():N}"),
                CommandLine = string.Join(' ', ["./headgate bench", .. parsed.Tokens.Select(t => t.Value)]),
            },
            stop));
        return root;
    }

    static long Number(ArgumentResult result, long least, long most)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        var isNumber = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value);
        if (isNumber && value >= least && value <= most) return value;
        result.AddError($"{((OptionResult)result.Parent!).Option.Name} is a whole number from {least} to {most}, not \"{text}\".");
        return least;
    }

    static string[] Cases(ArgumentResult result)
    {
        const StringSplitOptions options = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        string[] names = [.. result.Tokens.SelectMany(t => t.Value.Split(',', options))];
        var known = AllCases.InOrder.Select(c => c.Name).ToList();
        foreach (var name in names.Where(n => !known.Contains(n)))
            result.AddError($"There is no case \"{name}\". Cases: {string.Join(", ", known)}.");
        if (names.Length == 0) result.AddError("--only needs the name of a case.");
        return names;
    }

    static void CheckFile(OptionResult result)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(result.GetValueOrDefault<string?>() ?? "."));
        if (!Directory.Exists(folder)) result.AddError($"--markdown: there is no folder {folder}.");
    }

    static void CheckFolder(OptionResult result)
    {
        var folder = result.GetValueOrDefault<string>();
        if (!Directory.Exists(folder)) result.AddError($"--directory: there is no folder {folder}.");
    }
}
