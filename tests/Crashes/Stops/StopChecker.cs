using Headgate.Crashes.Tests.Checking;
using Npgsql;

namespace Headgate.Crashes.Tests.Stops;

/// <summary>
/// Judges a stop by what it left: from the instant at which it was shown nothing of the job may change, whoever is woken, revived or
/// reconnected. It reads PostgreSQL, and the mails that were received, and nothing that Headgate says of itself but the job's row.
/// </summary>
sealed class StopChecker
{
    /// <summary>In these nothing is written any more.</summary>
    public static readonly string[] Stopped = ["Paused", "Canceled", "Failed", "Completed", "Discarded"];

    readonly NpgsqlDataSource _state;
    readonly NpgsqlDataSource _destination;
    readonly IMailbox? _mailbox;
    readonly DestinationImage _before;

    StopChecker(NpgsqlDataSource state, NpgsqlDataSource destination, IMailbox? mailbox, DestinationImage before)
    {
        _state = state;
        _destination = destination;
        _mailbox = mailbox;
        _before = before;
    }

    /// <summary>Before the run.</summary>
    /// <param name="state">The state database.</param>
    /// <param name="destination">The destination, in which nobody but the run writes; its server keeps commit times.</param>
    /// <param name="mailbox">Null: mails are not judged.</param>
    public static async Task<StopChecker> BeginAsync(NpgsqlDataSource state, NpgsqlDataSource destination, IMailbox? mailbox)
    {
        Assert.Equal("on", await destination.OneAsync("show track_commit_timestamp"));
        await Watch.InstallAsync(state);
        return new StopChecker(state, destination, mailbox, await DestinationImage.ReadAsync(destination, Guid.Empty));
    }

    /// <summary>The same run judged in copies of its databases, or by other mails.</summary>
    public StopChecker In(NpgsqlDataSource state, NpgsqlDataSource destination, IMailbox? mailbox) =>
        new(state, destination, mailbox, _before);

    /// <summary>A first look at what is shown as stopped, at once; null: it is not.</summary>
    public async Task<SeenStop?> SeeAsync(Guid job) =>
        await ShownAsync(job) is (var state, var at) && Stopped.Contains(state)
            ? new SeenStop(job, state, at, await DestinationImage.ReadAsync(_destination, job))
            : null;

    /// <summary>What is wrong with a stop, once everybody had a chance to write. Nobody has let the job go on.</summary>
    public async Task<IReadOnlyList<Finding>> JudgeAsync(SeenStop seen)
    {
        var now = await DestinationImage.ReadAsync(_destination, seen.Job);
        var findings = now.ChangesSince(seen.Image).Concat(now.CommittedAfter(seen.ShownAt))
            .Select(change => Late(seen, change)).ToList();
        if (await ShownAsync(seen.Job) is (var state, var at) && !Stopped.Contains(state))
            findings.Add(Late(seen, $"since {at:O} it is {state}"));
        if (await IsFenceOpenAsync(seen.Job))
            findings.Add(new Finding(Guarantee.FenceIsClosed, $"{seen.Job}: {seen.State} was shown, and the fence is open for it"));
        return findings;
    }

    /// <summary>What is wrong with a job that has ended: what it left at the destination, and who was told.</summary>
    public async Task<IReadOnlyList<Finding>> JudgeEndAsync(Guid job)
    {
        var rows = await _state.RowsAsync("select state, request_id is not null from coordinator.sync_job where job_id = $1", job);
        var (state, isLaunched) = ((string)rows[0][0]!, (bool)rows[0][1]!);
        var findings = new List<Finding>();
        if (state is "Canceled" or "Discarded" && !isLaunched)
        {
            var now = await DestinationImage.ReadAsync(_destination, job);
            findings.AddRange(now.TableChangesSince(_before).Select(change =>
                new Finding(Guarantee.ExtractionCancelLeavesNothing, $"{job}: {state} before launch, and {change}")));
        }

        if (_mailbox is null) return findings;
        await _mailbox.SettledAsync(job);
        var (received, expected) = (await _mailbox.ReceivedAsync(job), state == "Canceled" && !isLaunched ? 1 : 0);
        if (received != expected)
        {
            findings.Add(new Finding(
                Guarantee.MailOfExtractionCancelsOnly,
                $"{job}: {state} {(isLaunched ? "after" : "before")} launch, and {received} mails came and not {expected}"));
        }

        return findings;
    }

    static Finding Late(SeenStop seen, string what) =>
        new(Guarantee.NothingWrittenAfterAStop, $"{seen.Job}: {seen.State} was shown at {seen.ShownAt:O}, and {what}");

    // When it is shown is noted in the transaction that shows it, after the fence's.
    async Task<(string State, DateTime At)?> ShownAsync(Guid job) => await _state.RowsAsync(
        """
        select j.state, w.at from coordinator.sync_job j
        join lateral (select at, state from watch.shown w where w.job_id = j.job_id order by seq desc limit 1) w on w.state = j.state
        where j.job_id = $1
        """,
        job) is [[string state, DateTime at]] ? (state, at) : null;

    async Task<bool> IsFenceOpenAsync(Guid job) =>
        await _destination.OneAsync("select to_regclass('headgate.fence') is not null") is true
        && await _destination.OneAsync("select bool_or(open) from headgate.fence where job_id = $1", job) is true;
}
