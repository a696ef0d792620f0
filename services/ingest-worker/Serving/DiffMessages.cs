using Headgate.Connectors.Comparing;
using Headgate.V1;

namespace Headgate.IngestWorker.Serving;

/// <summary>Compared records as calls show them.</summary>
static class DiffMessages
{
    /// <summary>Clients take 4 MiB in one message unless they are told to take more.</summary>
    const int MostBytes = 3 * 1024 * 1024;

    /// <param name="touched">What the job did.</param>
    /// <param name="found">Both sides now; null: the source has values that the destination could not receive.</param>
    /// <param name="table">Its table.</param>
    public static RecordDiff Of(TouchedRecord touched, ComparedRecord? found, MappedTable table)
    {
        // A record of very many long values is cut further, until it fits.
        for (var most = ShownText.Most; ; most /= 4)
        {
            var message = Of(touched, found, table, new ShownText(most));
            if (most < 16 || message.CalculateSize() <= MostBytes) return message;
        }
    }

    static RecordDiff Of(TouchedRecord touched, ComparedRecord? found, MappedTable table, ShownText text)
    {
        var message = new RecordDiff { Object = table.Name, Key = new RecordKey(), Result = ResultOf(found, table) };
        foreach (var (field, value) in touched.Key) message.Key.Values[field] = value ?? "";
        if (found is null || message.Result is DiffResult.Equal) return message;
        foreach (var at in table.Fields)
        {
            if (message.Result is DiffResult.Different && !found.Differs[at]) continue;
            message.Fields.Add(FieldOf(touched, found, table.Plan.Fields[at].Name, at, text));
        }

        return message;
    }

    static DiffResult ResultOf(ComparedRecord? found, MappedTable table) => found switch
    {
        null => DiffResult.Different,
        { IsHere: false, IsTaken: false } => DiffResult.Equal,
        { IsTaken: false } => DiffResult.MissingAtSource,
        { IsHere: false } => DiffResult.MissingAtDestination,
        _ => table.Fields.Any(at => found.Differs[at]) ? DiffResult.Different : DiffResult.Equal,
    };

    static FieldDiff FieldOf(TouchedRecord touched, ComparedRecord found, string field, int at, ShownText text)
    {
        var (source, destination, before) = (found.Taken[at], found.Now[at], touched.Before.GetValueOrDefault(field));
        var shown = new FieldDiff
        {
            Field = field,
            ChangedSince = touched.IsChangedSince(field, found, at),
            Cut = Math.Max(text.CutOf(source), Math.Max(text.CutOf(destination), text.CutOf(before))),
        };
        if (source is not null) shown.Source = text.Of(source);
        if (destination is not null) shown.Destination = text.Of(destination);
        if (before is not null) shown.Before = text.Of(before);
        return shown;
    }
}
