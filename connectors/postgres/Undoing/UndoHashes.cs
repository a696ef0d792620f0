using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using Headgate.Connectors.Postgres.Sources;
using Headgate.Connectors.Records;
using Npgsql;

namespace Headgate.Connectors.Postgres.Undoing;

/// <summary>
/// Compares rows with the compact entries of a first load, which hold a hash of the tuple in place of its values: the row is read back in the form
/// in which it was copied in, which such a table keeps, and hashed again.
/// </summary>
sealed class UndoHashes(NpgsqlConnection connection, UndoFields fields)
{
    const string Hashed = $"verdict IN ('hash', '{Versions.UnsureHash}')";

    /// <summary>Those that are what was copied are to be deleted, or unsure. Rows that were changed this moment stay to be compared.</summary>
    public async Task CompareAsync(CancellationToken cancellationToken)
    {
        var staged = fields.Fields.Take(fields.Undo.Staged).ToList();
        var columns = string.Concat(staged.Select(f => $", t.{f.Column}"));
        var copy = $"""
            COPY (SELECT v.at, u.hash{columns} FROM {UndoTables.Where(Hashed)} JOIN {fields.Table} t ON {fields.Same("t")} WHERE t.xmin = v.x)
            TO STDOUT (FORMAT binary)
            """;
        var seen = new Comparison(staged.Count);
        await RawCopy.ReadAsync(connection, copy, seen, cancellationToken);
        await MarkAsync($"""
            UPDATE {UndoTables.Verdicts} w SET verdict = CASE w.verdict WHEN 'hash' THEN 'write' ELSE '{Versions.Unsure}' END FROM unnest($1::text[]::tid[]) m (at) WHERE w.ctid = m.at
            """, seen.Same, cancellationToken);
        await MarkAsync($"""
            UPDATE {UndoTables.Verdicts} w SET verdict = 'changed', now = j.now FROM (
                SELECT v.at, {UndoTables.Texts(fields.All, "t")} AS now FROM unnest($1::text[]::tid[]) m (at)
                JOIN {UndoTables.Verdicts} s ON s.ctid = m.at CROSS JOIN LATERAL (SELECT s.ctid AS at, s.u, s.rel, s.t, s.x) v
                JOIN {UndoTables.Entries} u ON u.ctid = v.u JOIN {fields.Table} t ON {fields.Same("t")} WHERE t.xmin = v.x) j
            WHERE w.ctid = j.at
            """, seen.Other, cancellationToken);
    }

    async Task MarkAsync(string sql, List<string> places, CancellationToken cancellationToken)
    {
        if (places.Count == 0) return;
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. places] });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Takes tuples of a place (6 bytes), a hash (8) and the staged fields.</summary>
    sealed class Comparison(int fields) : IRecordSink
    {
        const int PlaceAt = 2 + 4, HashAt = PlaceAt + 6 + 4, FieldsAt = HashAt + 8;

        readonly ArrayBufferWriter<byte> _part = new();
        readonly byte[] _count = [(byte)(fields >> 8), (byte)fields];
        readonly XxHash3 _hash = new();
        RecordScanner _scanner;

        public List<string> Same { get; } = [];

        public List<string> Other { get; } = [];

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            for (var rest = bytes.Span; rest.Length > 0;)
            {
                var record = rest[.._scanner.Scan(rest, out var ended)];
                rest = rest[record.Length..];
                if (ended && _part.WrittenCount == 0)
                {
                    Take(record);
                    continue;
                }

                _part.Write(record);
                if (!ended) continue;
                Take(_part.WrittenSpan);
                _part.ResetWrittenCount();
            }

            return ValueTask.CompletedTask;
        }

        void Take(ReadOnlySpan<byte> record)
        {
            var (block, row) = (BinaryPrimitives.ReadUInt32BigEndian(record[PlaceAt..]), BinaryPrimitives.ReadUInt16BigEndian(record[(PlaceAt + 4)..]));
            var place = $"({block},{row})";
            _hash.Append(_count);
            _hash.Append(record[FieldsAt..]);
            var isSame = _hash.GetCurrentHashAsUInt64() == BinaryPrimitives.ReadUInt64BigEndian(record[HashAt..]);
            _hash.Reset();
            (isSame ? Same : Other).Add(place);
        }
    }
}
