using System.CommandLine;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

static class RateVerb
{
    static readonly Option<long> Limit = Required(NumberOption.Create(
        "--max-rows-per-second", "-n", "The ceiling for the whole job in records a second; 0: none.", 1_000_000_000L, "RECORDS"));

    public static Command Create() => new JobCommand
    {
        Name = "rate",
        Description = "Limits how many records a second a job moves, from its next batch on.",
        One = async (session, job) => await session.Calls.AskAsync(
            session.Calls.Jobs.SetJobRateAsync,
            session.Command(new SetJobRateRequest { Job = job, MaxRowsPerSecond = session.Parsed.GetValue(Limit) }),
            session.Stop),
        Many = (session, request) => request.SetRate = new() { MaxRowsPerSecond = session.Parsed.GetValue(Limit) },
    }.Create(Limit);

    static Option<long> Required(Option<long> option)
    {
        option.Required = true;
        return option;
    }
}
