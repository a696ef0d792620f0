using Headgate.Contracts.Jobs;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>What people command.</summary>
public sealed partial class SagaJob
{
    public Task<CommandAnswered> PauseAsync() => bench.AskAsync(new PauseJob { JobId = Id, Actor = "tester", Reason = "to look" });

    public Task<CommandAnswered> ResumeAsync() => bench.AskAsync(new ResumeJob { JobId = Id, Actor = "tester" });

    public Task<CommandAnswered> CancelAsync(CancelMode mode = CancelMode.Graceful, bool pauseFirst = false) =>
        bench.AskAsync(new CancelJob { JobId = Id, Actor = "tester", Reason = "wrong mapping", Mode = mode, PauseFirst = pauseFirst });

    public Task<CommandAnswered> RestartAsync() => bench.AskAsync(new RestartJob { JobId = Id, Actor = "tester" });

    public Task<CommandAnswered> DiscardAsync() => bench.AskAsync(new DiscardJob { JobId = Id, Actor = "tester" });

    public Task<CommandAnswered> AbandonAsync() => bench.AskAsync(new AbandonJob { JobId = Id, Actor = "tester" });
}
