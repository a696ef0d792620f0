using System.Buffers;
using System.Buffers.Binary;
using Headgate.Connectors.Changes;
using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Records;
using Npgsql;

namespace Headgate.Connectors.Postgres.ChangeLog;

/// <summary>Records of a block, as they are read from it: keys in binary form, and hashes.</summary>
/// <param name="Object">Their object.</param>
/// <param name="Entry">The block.</param>
/// <param name="Committed">When it was committed; null: not known.</param>
sealed record BlockPart(LoggedObject Object, LogEntry Entry, DateTimeOffset? Committed)
{
    readonly ArrayBufferWriter<byte> _keys = new();
    readonly SortedDictionary<int, ReadOnlyMemory<byte>> _hashes = [];

    /// <summary>Whether nothing of the block is behind it.</summary>
    public bool IsWhole { get; init; }

    public int Count => _hashes.Count;

    /// <summary>Where to go on from.</summary>
    public long Upto => IsWhole ? Entry.End : Entry.Start + _hashes.Keys.Last();

    public void Add(int place, ReadOnlySpan<byte> key, ReadOnlyMemory<byte> hash)
    {
        Span<byte> number = stackalloc byte[10];
        BinaryPrimitives.WriteInt16BigEndian(number, (short)(Object.Key.Count + 1));
        _keys.Write(number[..2]);
        _keys.Write(key);
        BinaryPrimitives.WriteInt32BigEndian(number[2..], sizeof(int));
        BinaryPrimitives.WriteInt32BigEndian(number[6..], place);
        _keys.Write(number[2..]);
        _hashes.Add(place, hash);
    }

    public ReadOnlySpan<byte> HashOf(int place) => _hashes[place].Span;

    /// <summary>Sends the keys, each with its place, to a temporary table.</summary>
    public Task CopyAsync(NpgsqlConnection connection, string copy, CancellationToken cancellationToken) =>
        TupleStream.CopyAsync(connection, copy, new Keys(this), observe: null, cancellationToken);

    /// <param name="place">Of the record.</param>
    /// <param name="key">Its key as text, in field order.</param>
    /// <param name="present">What it holds now.</param>
    public LoggedChange ChangeOf(int place, string?[] key, IReadOnlyList<KeyValuePair<string, string?>> present)
    {
        var order = Object.KeyInFieldOrder;
        var texts = order.Select((position, at) => (position, Text: key[at])).ToDictionary(each => each.position, each => each.Text);
        return new LoggedChange
        {
            Sequence = Entry.Start + place,
            Attempt = Entry.Attempt,
            ObjectNo = Entry.ObjectNo,
            Operation = LoggedOperation.Insert,
            Key = [.. Object.Key.Select(position => KeyValuePair.Create(Object.Fields[position], texts[position]))],
            CommittedAt = Committed,
            Hash = _hashes[place],
            Present = present,
        };
    }

    sealed class Keys(BlockPart part) : IRecordBatch
    {
        public long FirstRow => 0;

        public int Rows => part.Count;

        public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.CompletedTask;
            yield return part._keys.WrittenMemory;
        }
    }
}
