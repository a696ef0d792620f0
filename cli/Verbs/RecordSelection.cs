using System.CommandLine;
using Headgate.Cli.Naming;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

/// <summary>Options that choose records of a job.</summary>
static class RecordSelection
{
    public static readonly Option<string[]> Keys = new("--key", "-k")
    {
        Description = "Only the record with this key; may be given again.",
        HelpName = "FIELD=VALUE[,...]",
    };

    public static readonly Option<string[]> Fields = new("--field")
    {
        Description = "Only this destination field; may be given again.",
        HelpName = "FIELD",
    };

    public static IEnumerable<RecordKey> ChosenKeys(this Session session) => (session.Parsed.GetValue(Keys) ?? []).Select(RecordKeys.Parse);

    public static IEnumerable<string> ChosenFields(this Session session) =>
        (session.Parsed.GetValue(Fields) ?? []).SelectMany(each => each.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    public static string ChosenObject(this Session session) => session.Parsed.Text(CommandOptions.Object) ?? "";
}
