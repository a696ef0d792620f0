using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Text;
using Headgate.Connectors.Changes;
using Headgate.Connectors.Comparing;
using Headgate.Connectors.Destinations;
using Headgate.IngestWorker.State;
using Headgate.IngestWorker.Steps;

namespace Headgate.IngestWorker.Serving;

/// <summary>
/// The records that a job has touched, from its log, each once: where it stands in the log last. Where a record may stand there several times the
/// log is read twice, the first time for what that is.
/// </summary>
/// <param name="destination">Whose log.</param>
/// <param name="query">Which entries.</param>
/// <param name="keys">Only of these, as <see cref="IdOf"/> has them; null: of all.</param>
sealed class TouchedRecords(IDestination destination, ChangeQuery query, IReadOnlySet<string>? keys)
{
    /// <param name="repeats">Whether a record may stand there several times.</param>
    /// <param name="after">Only behind this sequence; null: from the first.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Parts, each with where to go on behind it.</returns>
    public async IAsyncEnumerable<(IReadOnlyList<TouchedRecord> Records, long Upto)> ReadAsync(
        bool repeats, long? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!repeats)
        {
            await foreach (var page in PagesAsync(present: true, after, cancellationToken))
                yield return ([.. Wanted(page).Select(TouchedRecord.Of)], page.Upto);
            yield break;
        }

        await using var repeated = await destination.OpenRepeatedRecordsAsync(cancellationToken)
            ?? throw new StepException("not-supported", "The destination cannot tell which records the job has written more than once.");
        var last = await CountAsync(repeated, cancellationToken);
        await foreach (var page in PagesAsync(present: true, after: null, cancellationToken))
        {
            var records = Wanted(page).Where(change => change.Sequence <= last).Select(TouchedRecord.Of).ToList();
            var whole = await LastAsync(repeated, records, cancellationToken);
            var behind = after ?? long.MinValue;
            if (page.Upto > behind) yield return ([.. whole.Where(record => record.Sequence > behind)], page.Upto);
            if (page.Upto >= last) break;
        }
    }

    /// <summary>A key, told from every other one of its object.</summary>
    public static string IdOf(IEnumerable<KeyValuePair<string, string?>> key) =>
        string.Concat(key.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"{field.Value?.Length ?? -1}:{field.Value}"));

    async Task<long> CountAsync(IRepeatedRecords repeated, CancellationToken cancellationToken)
    {
        var last = long.MinValue;
        await foreach (var page in PagesAsync(present: false, after: null, cancellationToken))
        {
            var entries = Wanted(page).Select(change => (DigestOf(change.ObjectNo, change.Key), change.Sequence)).ToList();
            if (entries.Count == 0) continue;
            await repeated.AddAsync(entries, cancellationToken);
            last = entries[^1].Sequence;
        }

        await repeated.CloseAsync(cancellationToken);
        return last;
    }

    /// <summary>Of the records those whose last entry it is, with what their earlier ones have; what is not the last is kept until it comes.</summary>
    static async Task<IReadOnlyList<TouchedRecord>> LastAsync(
        IRepeatedRecords repeated, List<TouchedRecord> records, CancellationToken cancellationToken)
    {
        if (records.Count == 0) return [];
        var digests = records.Select(record => DigestOf(record.ObjectNo, record.Key)).ToList();
        var known = await repeated.FindAsync(digests.ToHashSet(), cancellationToken);
        if (known.Count == 0) return records;
        var kept = known.Where(each => each.Value.Kept is not null)
            .ToDictionary(each => each.Key, each => StoredJson.Read<EarlierEntries>(each.Value.Kept!));
        var (whole, changed) = (new List<TouchedRecord>(), new HashSet<Guid>());
        foreach (var (record, digest) in records.Zip(digests))
        {
            var merged = kept.TryGetValue(digest, out var earlier) ? record.Behind(earlier) : record;
            if (!known.TryGetValue(digest, out var entries) || entries.Last == record.Sequence)
            {
                whole.Add(merged);
                continue;
            }

            kept[digest] = new EarlierEntries(merged.IsNew, merged.Before, merged.Written);
            changed.Add(digest);
        }

        if (changed.Count > 0)
            await repeated.KeepAsync(changed.ToDictionary(digest => digest, digest => StoredJson.Write(kept[digest])), cancellationToken);
        return whole;
    }

    async IAsyncEnumerable<ChangePage> PagesAsync(bool present, long? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var next = query with { Present = present, After = after }; ;)
        {
            var page = await destination.ReadChangesAsync(next, cancellationToken);
            yield return page;
            if (page.IsLast) yield break;
            next = next with { After = page.Upto };
        }
    }

    IEnumerable<LoggedChange> Wanted(ChangePage page) =>
        keys is null ? page.Changes : page.Changes.Where(change => keys.Contains(IdOf(change.Key)));

    static Guid DigestOf(int objectNo, IEnumerable<KeyValuePair<string, string?>> key)
    {
        var hash = new XxHash128();
        Span<byte> number = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(number, objectNo);
        hash.Append(number);
        hash.Append(Encoding.UTF8.GetBytes(IdOf(key)));
        return new Guid(hash.GetCurrentHash());
    }
}
