using Headgate.Connectors.Changes;
using Npgsql;

namespace Headgate.Connectors.Postgres.ChangeLog;

/// <summary>
/// Reads a part of a job's log: groups and blocks in the order in which they were written. Each part is a transaction of its own, or two, and
/// small whatever the log and its records are.
/// </summary>
sealed class ChangeReader(NpgsqlDataSource dataSource, ChangeQuery query, TimeProvider time)
{
    /// <summary>What is enough for a page, in bytes of records. One record alone may be more.</summary>
    const long Enough = 1024 * 1024;

    /// <summary>How much of the compressed log one statement takes apart.</summary>
    const long MostAtOnce = 128 * 1024;

    /// <summary>Where few records are wanted of many, a page is told after a while nevertheless, for how far it has come.</summary>
    static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(1);

    readonly List<LoggedChange> _changes = [];
    readonly long _first = query.After ?? long.MinValue;
    long _begun;
    long _after = query.After ?? long.MinValue;
    long _bytes;
    byte[]? _wanted;

    // However long it takes to come to the first entry: a page that has come no further would be asked for again, and again.
    bool IsEnough => _bytes >= Enough || (_after > _first && time.GetElapsedTime(_begun) >= LongEnough);

    public async Task<ChangePage> NextAsync(CancellationToken cancellationToken)
    {
        (LoggedBlock Block, BlockPart Part)? found = null;
        await using (var session = await LogSession.BeginAsync(dataSource, temporary: null, cancellationToken))
        {
            var filter = new LogFilter(await LoggedJob.ReadAsync(session, query.JobId, cancellationToken), query);
            await filter.NormalizeAsync(session, cancellationToken);
            _begun = time.GetTimestamp();
            while (found is null && !IsEnough)
            {
                var entries = await LogEntries.NextAsync(session, filter, _after, cancellationToken);
                if (entries.Count == 0) return new ChangePage(_changes, _after, IsLast: true);
                found = await TakeAsync(session, filter, entries, cancellationToken);
            }
        }

        return found is (var block, var part) ? await block.TellAsync(part, cancellationToken) : new ChangePage(_changes, _after, IsLast: false);
    }

    /// <summary>Takes entries up to the first block that has something for a page, which is one of its own.</summary>
    async Task<(LoggedBlock, BlockPart)?> TakeAsync(
        LogSession session, LogFilter filter, IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken)
    {
        for (var at = 0; at < entries.Count && !IsEnough;)
        {
            if (!entries[at].IsBlock)
            {
                at += await TakeGroupsAsync(session, filter, entries, at, cancellationToken);
                continue;
            }

            // What has been taken comes first.
            if (_changes.Count > 0)
            {
                _bytes = Enough;
                return null;
            }

            var block = new LoggedBlock(dataSource, filter, entries[at]);
            _wanted ??= await block.WantedAsync(session, cancellationToken);
            var part = await block.TakeAsync(session, _after, _wanted, cancellationToken);
            if (part.Count > 0) return (block, part);
            _after = entries[at++].End;
        }

        return null;
    }

    /// <returns>How many entries it was.</returns>
    async Task<int> TakeGroupsAsync(
        LogSession session, LogFilter filter, IReadOnlyList<LogEntry> entries, int first, CancellationToken cancellationToken)
    {
        var groups = new List<LogEntry>();
        var bytes = 0L;
        foreach (var entry in entries.Skip(first).TakeWhile(entry => !entry.IsBlock))
        {
            if (groups.Count > 0 && bytes + entry.Bytes > MostAtOnce) break;
            groups.Add(entry);
            bytes += entry.Bytes;
        }

        var most = Enough - _bytes;
        var taken = await LoggedGroups.ReadAsync(session, filter, groups, _after, most, _changes, cancellationToken);
        _bytes += taken;
        _after = taken < most ? groups[^1].End : _changes[^1].Sequence;
        return groups.Count;
    }
}
