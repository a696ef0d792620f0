using Headgate.Connectors;
using Headgate.Connectors.Comparing;
using Headgate.Contracts.Comparing;

namespace Headgate.IngestWorker.Sampling;

/// <summary>
/// Picks the records of an object that a dry run shows: a few for each field that would change, and a few that would be inserted. However many
/// records and fields there are, what is picked is small.
/// </summary>
sealed class ObjectSamples
{
    const int MostOfAField = 10, MostInserts = 10;

    /// <summary>Of one value, in characters.</summary>
    const int MostOfAValue = 1_000;

    /// <summary>Of one key: it is shown whole, or its record is not.</summary>
    const int MostOfAKey = 8_000;

    /// <summary>About so many bytes of an object, and one record more.</summary>
    const int MostOfAnObject = 2_000_000;

    // Names, quotes and what else is written of a value.
    const int Around = 50;

    readonly ObjectPlan _plan;
    readonly List<KeptSample> _records = [];
    readonly Dictionary<string, int> _wanted;
    readonly long _most;
    int _inserts = MostInserts;
    long _length;

    /// <param name="plan">The object.</param>
    /// <param name="kept">Those that were picked before.</param>
    /// <param name="room">How many bytes there is room for.</param>
    public ObjectSamples(ObjectPlan plan, IEnumerable<KeptSample> kept, long room = MostOfAnObject)
    {
        _plan = plan;
        _most = Math.Min(room, MostOfAnObject);
        _wanted = plan.Fields.ToDictionary(field => field.Name, _ => MostOfAField, StringComparer.Ordinal);
        foreach (var sample in kept) Add(sample);
    }

    public KeptSamples Picked => new()
    {
        Fields = [.. _plan.Fields.Select(each => each.Name)],
        Key = [.. _plan.Key.Select(at => _plan.Fields[at].Name)],
        Records = [.. _records],
    };

    /// <param name="comparison">What has taken the records.</param>
    /// <param name="found">What it has found.</param>
    /// <param name="copy">The staged file that they are of.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task PickAsync(IComparison comparison, ObjectFindings found, Guid copy, CancellationToken cancellationToken)
    {
        if (_length >= _most) return;
        var order = new SampleOrder
        {
            Fields = found.Fields.Where(each => each.Changed > 0 && _wanted[each.Field] > 0).ToDictionary(each => each.Field, each => _wanted[each.Field]),
            Inserts = found.Inserts > 0 ? _inserts : 0,
            Length = MostOfAValue,
        };
        if (order.Fields.Count == 0 && order.Inserts == 0) return;
        foreach (var record in await comparison.SampleAsync(order, cancellationToken)) Add(new KeptSample(copy, record));
    }

    void Add(KeptSample sample)
    {
        var record = sample.Record;
        if (_length >= _most || record.Key.Sum(field => field.Value?.Length ?? 0) > MostOfAKey) return;
        if (record.IsInsert ? _inserts-- <= 0 : !record.Fields.Any(field => _wanted[field.Field] > 0)) return;
        if (!record.IsInsert) foreach (var field in record.Fields) _wanted[field.Field]--;
        _length += record.Key.Sum(field => (long)(field.Value?.Length ?? 0) + Around)
            + record.Fields.Sum(field => (long)(field.Before?.Length ?? 0) + (field.After?.Length ?? 0) + field.Field.Length + Around);
        _records.Add(sample);
    }
}
