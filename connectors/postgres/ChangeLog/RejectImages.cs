using System.Buffers.Binary;
using Headgate.Connectors.Changes;
using Headgate.Connectors.Postgres.Destinations;
using Npgsql;

namespace Headgate.Connectors.Postgres.ChangeLog;

/// <summary>
/// Puts rejected records into words: they are kept as they were staged, which only the server can read, by way of a temporary table of the staged
/// types. A record that cannot be read is told without what it held.
/// </summary>
sealed class RejectImages(NpgsqlDataSource dataSource, LoggedJob log)
{
    public async Task<IReadOnlyList<LoggedReject>> ReadAsync(IReadOnlyList<(LoggedReject Reject, byte[]? Image)> rejects, CancellationToken cancellationToken)
    {
        var records = new Dictionary<int, string?[]>();
        foreach (var logged in log.Objects.Where(each => each.HasStaged))
        {
            var images = rejects.Select((each, place) => (Place: place, each.Reject, each.Image))
                .Where(each => each.Image is not null && (each.Reject.Place.Attempt, each.Reject.Place.ObjectNo) == logged.Id && FieldsOf(each.Image) == logged.Staged.Count)
                .Select(each => (each.Place, Image: each.Image!)).ToList();
            if (images.Count > 0) await ReadAsync(logged, images, records, cancellationToken);
        }

        return [.. rejects.Select((each, place) => records.TryGetValue(place, out var texts) ? With(each.Reject, texts) : each.Reject)];
    }

    async Task ReadAsync(
        LoggedObject logged, IReadOnlyList<(int Place, byte[] Image)> images, Dictionary<int, string?[]> records, CancellationToken cancellationToken)
    {
        try
        {
            var columns = logged.Staged.Select((type, at) => $"f{at} {type}");
            await using var session = await LogSession.BeginAsync(
                dataSource, $"CREATE TEMPORARY TABLE hg_image ({string.Join(", ", columns)}, place int NOT NULL) ON COMMIT DROP", cancellationToken);
            await TupleStream.CopyAsync(
                session.Connection, "COPY pg_temp.hg_image FROM STDIN (FORMAT binary)", new ImageBatch(0, [.. images.Select(Placed)]), observe: null, cancellationToken);
            var texts = logged.Staged.Select((type, at) => StagedText.Of($"f{at}", type));
            await using var command = session.Command($"SELECT place, ARRAY[{string.Join(", ", texts)}]::text[] FROM pg_temp.hg_image");
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken)) records[reader.GetInt32(0)] = reader.GetFieldValue<string?[]>(1);
        }
        catch (PostgresException) when (images.Count > 1)
        {
            foreach (var image in images) await ReadAsync(logged, [image], records, cancellationToken);
        }
        catch (PostgresException)
        {
            // A value that its staged type does not take: that may be why the record was refused. Or the type is not there any more.
        }
    }

    LoggedReject With(LoggedReject reject, string?[] texts)
    {
        var logged = log.Objects.First(each => each.Id == (reject.Place.Attempt, reject.Place.ObjectNo));
        var record = texts.Select((text, at) => KeyValuePair.Create(logged.Fields[at], text)).ToList();
        return reject with { Record = record, Key = reject.Key ?? [.. logged.Key.Select(position => record[position])] };
    }

    static int FieldsOf(byte[] image) => image.Length < sizeof(short) ? -1 : BinaryPrimitives.ReadInt16BigEndian(image);

    /// <summary>With its place as one field more.</summary>
    static byte[] Placed((int Place, byte[] Image) each)
    {
        var placed = new byte[each.Image.Length + (2 * sizeof(int))];
        each.Image.CopyTo(placed, 0);
        BinaryPrimitives.WriteInt16BigEndian(placed, (short)(FieldsOf(each.Image) + 1));
        BinaryPrimitives.WriteInt32BigEndian(placed.AsSpan(each.Image.Length), sizeof(int));
        BinaryPrimitives.WriteInt32BigEndian(placed.AsSpan(each.Image.Length + sizeof(int)), each.Place);
        return placed;
    }
}
