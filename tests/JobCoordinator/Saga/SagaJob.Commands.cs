using Headgate.Contracts.Jobs;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>What people command, and what runs before have left behind.</summary>
public sealed partial class SagaJob
{
    public Task<CommandAnswered> PauseAsync() => bench.AskAsync(new PauseJob { JobId = Id, Actor = "tester", Reason = "to look" });

    public Task<CommandAnswered> ResumeAsync() => bench.AskAsync(new ResumeJob { JobId = Id, Actor = "tester" });

    public Task<CommandAnswered> CancelAsync(CancelMode mode = CancelMode.Graceful, bool pauseFirst = false) =>
        bench.AskAsync(new CancelJob { JobId = Id, Actor = "tester", Reason = "wrong mapping", Mode = mode, PauseFirst = pauseFirst });

    public Task<CommandAnswered> RestartAsync() => bench.AskAsync(new RestartJob { JobId = Id, Actor = "tester" });

    public Task<CommandAnswered> DiscardAsync() => bench.AskAsync(new DiscardJob { JobId = Id, Actor = "tester" });

    public Task<CommandAnswered> AbandonAsync() => bench.AskAsync(new AbandonJob { JobId = Id, Actor = "tester" });

    /// <summary>Lets guards remember completed runs of an object, the last one first.</summary>
    /// <param name="parts">How many records each brought that read what had changed; null: there was none.</param>
    /// <param name="fulls">Of those that read all.</param>
    /// <param name="of">The object.</param>
    public async Task RememberAsync(long[]? parts = null, long[]? fulls = null, int of = 0)
    {
        var name = $"{Definition.Objects[of].From}|{Definition.Objects[of].To}";
        foreach (var (rows, isFull) in new[] { (parts, false), (fulls, true) }.Where(each => each.Item1 is not null))
        {
            await bench.ExecuteAsync(
                $"""
                 insert into coordinator.object_history (pipeline_id, name, full_read, rows, ended)
                 select {PipelineId}, {name}, {isFull}, {rows}, array_agg(now() - no * interval '15 minutes') from generate_series(1, {rows!.Length}) no
                 """);
        }
    }
}
