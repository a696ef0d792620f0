using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Rejects;
using Npgsql;

namespace Headgate.Connectors.Postgres.Rejects;

/// <summary>
/// Puts records that were refused into words. They are kept as they were staged, in binary form: the server receives them by the types that they
/// were staged as, into a temporary table, and tells them as text.
/// </summary>
sealed class RejectImages(NpgsqlConnection session)
{
    public async Task<IReadOnlyList<LoggedReject>> WithRecordsAsync(IReadOnlyList<RejectRow> rows, CancellationToken cancellationToken)
    {
        var told = rows.Select(row => row.Reject).ToArray();
        var images = rows.Index().Where(row => row.Item is { Image: not null, Types: not null });
        foreach (var alike in images.GroupBy(row => (row.Item.Reject.Attempt, row.Item.Reject.ObjectNo)))
        {
            var first = alike.First().Item;
            var values = await TextsAsync(first.Types!, [.. alike.Select(row => row.Item.Image!)], cancellationToken);
            foreach (var ((at, row), record) in alike.Zip(values))
            {
                var fields = row.Fields.Zip(record, (name, value) => new KeyValuePair<string, string?>(name, value)).ToList();
                told[at] = told[at] with { Record = fields, Key = [.. row.Key.Select(field => fields[field])] };
            }
        }

        return told;
    }

    async Task<IReadOnlyList<string?[]>> TextsAsync(IReadOnlyList<string> types, IReadOnlyList<byte[]> images, CancellationToken cancellationToken)
    {
        var columns = types.Select((type, at) => $"c{at} {type}");
        await ExecuteAsync("DROP TABLE IF EXISTS pg_temp.hg_image", cancellationToken);
        await ExecuteAsync($"CREATE TEMPORARY TABLE hg_image ({string.Join(", ", columns)}) ON COMMIT DROP", cancellationToken);
        await TupleStream.CopyAsync(session, "COPY pg_temp.hg_image FROM STDIN (FORMAT binary)", new ImageBatch(0, images), observe: null, cancellationToken);
        await using var command = new NpgsqlCommand(
            $"SELECT ARRAY[{string.Join(", ", types.Select((_, at) => $"c{at}::text"))}] FROM pg_temp.hg_image ORDER BY ctid", session);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var texts = new List<string?[]>();
        while (await row.ReadAsync(cancellationToken)) texts.Add(row.GetFieldValue<string?[]>(0));
        return texts;
    }

    async Task ExecuteAsync(string statement, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(statement, session);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
