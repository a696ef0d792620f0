using Headgate.Cli.Naming;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

/// <summary>Finds the job that is meant, for calls that must stay with it.</summary>
static class JobLookup
{
    public static async Task<string> IdOfAsync(this Session session, JobName name) =>
        name.Meanings is [{ ByCase: JobReference.ByOneofCase.Id } only] ? only.Id : (await session.FindAsync(name)).Job.Id;

    public static Task<GetJobResponse> FindAsync(this Session session, JobName name) =>
        name.FindAsync(job => session.Calls.AskAsync(session.Calls.Jobs.GetJobAsync, new GetJobRequest { Job = job }, session.Stop));
}
