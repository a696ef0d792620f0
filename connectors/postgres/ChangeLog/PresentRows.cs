using System.Buffers.Binary;
using System.IO.Hashing;
using Headgate.Connectors.Postgres.Destinations;
using Npgsql;
using NpgsqlTypes;

namespace Headgate.Connectors.Postgres.ChangeLog;

/// <summary>
/// What records that are logged by their hash hold now, where that still is what was inserted: the row as it would be staged has the hash. Only
/// what is written as it was staged is logged so.
/// </summary>
sealed class PresentRows(LogSession session, LoggedObject logged, BlockPart part)
{
    /// <summary>How many characters of values are kept at a time, and those of one row more.</summary>
    const long MostKept = 1024 * 1024;

    readonly Dictionary<int, IReadOnlyList<KeyValuePair<string, string?>>> _found = [];

    /// <summary>Up to which place of its block it has come; it goes no further than is good to keep at a time.</summary>
    public int Upto { get; private set; } = int.MaxValue;

    /// <summary>Nothing: the record was changed since, or is gone.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> Of(int place) => _found.GetValueOrDefault(place) ?? [];

    /// <summary>The last that is done in the session.</summary>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        var names = logged.Fields.Take(logged.Staged.Count).ToList();
        var table = await FieldShapes.ReadAsync(session.Connection, logged.Table, cancellationToken);
        var fields = names.Select(name => table.FirstOrDefault(field => field.Name == name)?.Shape).OfType<FieldShape>().ToList();
        // The table, or a column of it, is not there any more.
        if (fields.Count < names.Count) return;
        await LoopOverKeysAsync(cancellationToken);
        var copy = await session.Connection.BeginBinaryExportAsync(Statement(fields), cancellationToken);
        try
        {
            await ReadAsync(copy, names, cancellationToken);
        }
        catch
        {
            await AbandonAsync(copy);
            throw;
        }

        await copy.DisposeAsync();
    }

    async Task ReadAsync(NpgsqlBinaryExporter copy, List<string> names, CancellationToken cancellationToken)
    {
        var kept = 0L;
        while (await copy.StartRowAsync(cancellationToken) > 0)
        {
            var place = await copy.ReadAsync<int>(NpgsqlDbType.Integer, cancellationToken);
            var isSame = await HashAsync(copy, names.Count, cancellationToken) == BinaryPrimitives.ReadUInt64BigEndian(part.HashOf(place));
            var values = new List<KeyValuePair<string, string?>>(names.Count);
            foreach (var name in names) values.Add(KeyValuePair.Create(name, await TextAsync(copy, cancellationToken)));
            if (isSame) _found[place] = values;
            if ((kept += values.Sum(value => (long)(value.Value?.Length ?? 0))) < MostKept) continue;
            Upto = place;
            await copy.CancelAsync();
            return;
        }
    }

    // A COPY that the server has ended with an error cannot be closed in good order.
    static async Task AbandonAsync(NpgsqlBinaryExporter copy)
    {
        try
        {
            await copy.DisposeAsync();
        }
        catch (Exception)
        {
            // The error that led here is on its way to the caller, and the session will not be used again.
        }
    }

    // Statistics of a table made a moment ago do not exist, so the planner is not given the choice.
    async Task LoopOverKeysAsync(CancellationToken cancellationToken)
    {
        await using var command = session.Command(
            "SELECT pg_catalog.set_config(s, 'off', true) FROM unnest(ARRAY['enable_hashjoin', 'enable_mergejoin', 'enable_material']) AS s");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Once in binary form, for the hash, and once as text: by one statement, or somebody could write between the two.</summary>
    string Statement(List<FieldShape> fields)
    {
        var match = logged.KeyInFieldOrder.Select((position, at) => $"t.{fields[position].Column} {fields[position].Equality} k.k{at}");
        return $"""
            COPY (SELECT k.place, {string.Join(", ", fields.Select(field => $"t.{field.Column}"))}, {string.Join(", ", fields.Select(field => field.Text("t")))}
                  FROM pg_temp.hg_key k JOIN {logged.Table} t ON {string.Join(" AND ", match)} ORDER BY k.place) TO STDOUT (FORMAT binary)
            """;
    }

    static async Task<ulong> HashAsync(NpgsqlBinaryExporter copy, int fields, CancellationToken cancellationToken)
    {
        var hash = new XxHash3();
        var number = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt16BigEndian(number, (short)fields);
        hash.Append(number.AsSpan(0, sizeof(short)));
        for (var field = 0; field < fields; field++)
        {
            // As bytes, whatever its type is: a binary COPY does not tell.
            var value = copy.IsNull ? null : await copy.ReadAsync<byte[]>(NpgsqlDbType.Bytea, cancellationToken);
            if (value is null) await copy.SkipAsync(cancellationToken);
            BinaryPrimitives.WriteInt32BigEndian(number, value?.Length ?? -1);
            hash.Append(number);
            hash.Append(value.AsSpan());
        }

        return hash.GetCurrentHashAsUInt64();
    }

    static async Task<string?> TextAsync(NpgsqlBinaryExporter copy, CancellationToken cancellationToken)
    {
        if (!copy.IsNull) return await copy.ReadAsync<string>(NpgsqlDbType.Text, cancellationToken);
        await copy.SkipAsync(cancellationToken);
        return null;
    }
}
