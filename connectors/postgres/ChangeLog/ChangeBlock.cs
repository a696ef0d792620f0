using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using Headgate.Connectors.Postgres.Destinations;
using Npgsql;

namespace Headgate.Connectors.Postgres.ChangeLog;

/// <summary>
/// The compact log entry of a batch of inserts, made from the staged bytes as they pass: the keys, deflated, and a hash of 8 bytes per
/// record. A record may be split anywhere and of any size; only keys and hashes are kept.
/// </summary>
sealed class ChangeBlock : IDisposable
{
    const int BufferBytes = 16 * 1024;

    readonly bool[] _isKey;
    readonly PooledBytes _keys = new();
    readonly BufferedStream _deflate;
    readonly PooledBytes _hashes = new();
    readonly XxHash3 _split = new();
    readonly (int At, int Length)[] _keysAt;
    readonly byte[] _number = new byte[4];
    int _numberBytes;
    int _field = -1;
    int _left;

    public ChangeBlock(int fields, IEnumerable<int> key)
    {
        _isKey = new bool[fields];
        foreach (var position in key) _isKey[position] = true;
        _keysAt = new (int, int)[_isKey.Count(isKey => isKey)];
        // Buffered: the compressor is called through for every write, and keys are small.
        _deflate = new BufferedStream(new DeflateStream(_keys, CompressionLevel.Fastest, leaveOpen: true), BufferBytes);
    }

    public int Records { get; private set; }

    /// <exception cref="ConnectorException">It has seen another number of records, or a part of one.</exception>
    public void Require(int records)
    {
        if (Records != records || _field >= 0 || _numberBytes > 0) throw TupleStream.Broken(records, Records);
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var isBetween = _field < 0 && _numberBytes == 0;
            bytes = bytes[(isBetween ? TakeWhole(bytes) : 0)..];
            bytes = bytes[TakePart(bytes)..];
        }
    }

    public NpgsqlBatchCommand InsertCommand(Guid jobId, int attempt, int objectNo, int segmentNo, long firstRow)
    {
        _deflate.Dispose();
        return new NpgsqlBatchCommand("""
            INSERT INTO headgate.change_block (job_id, attempt, object_no, segment_no, first_row, row_count, keys, hashes)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = jobId },
                new NpgsqlParameter<int> { TypedValue = attempt },
                new NpgsqlParameter<int> { TypedValue = objectNo },
                new NpgsqlParameter<int> { TypedValue = segmentNo },
                new NpgsqlParameter<long> { TypedValue = firstRow },
                new NpgsqlParameter<int> { TypedValue = Records },
                new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = _keys.Written },
                new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = _hashes.Written },
            },
        };
    }

    public void Dispose()
    {
        _deflate.Dispose();
        _keys.Dispose();
        _hashes.Dispose();
    }

    /// <summary>Takes the records that lie whole in the bytes, which begin with one; those are nearly all.</summary>
    int TakeWhole(ReadOnlySpan<byte> bytes)
    {
        var taken = 0;
        while (FindWhole(bytes[taken..]) is > 0 and var length)
        {
            var record = bytes.Slice(taken, length);
            foreach (var (at, keyLength) in _keysAt) _deflate.Write(record.Slice(at, keyLength));
            Note(XxHash3.HashToUInt64(record));
            taken += length;
        }

        return taken;
    }

    /// <summary>The length of the record that the bytes begin with, and where its keys are; 0: it is not whole.</summary>
    int FindWhole(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 2) return 0;
        RequireFields(BinaryPrimitives.ReadInt16BigEndian(bytes));
        var (at, keys) = (2, 0);
        for (var field = 0; field < _isKey.Length; field++)
        {
            if (bytes.Length - at < 4) return 0;
            var length = Math.Max(BinaryPrimitives.ReadInt32BigEndian(bytes[at..]), 0);
            if (bytes.Length - at - 4 < length) return 0;
            if (_isKey[field]) _keysAt[keys++] = (at, length + 4);
            at += length + 4;
        }

        return at;
    }

    /// <summary>Takes what there is of a record that is not whole, up to its end.</summary>
    int TakePart(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length)
        {
            at += Step(bytes[at..]);
            if (_field != _isKey.Length) continue;

            _split.Append(bytes[..at]);
            Note(_split.GetCurrentHashAsUInt64());
            _split.Reset();
            _field = -1;
            return at;
        }

        _split.Append(bytes);
        return at;
    }

    /// <summary>Takes the rest of a value, or of the number before it; returns how many bytes that were.</summary>
    int Step(ReadOnlySpan<byte> bytes)
    {
        if (_left > 0)
        {
            var taken = Math.Min(_left, bytes.Length);
            if (_isKey[_field]) _deflate.Write(bytes[..taken]);
            _left -= taken;
            if (_left == 0) _field++;
            return taken;
        }

        var size = _field < 0 ? 2 : 4;
        var part = Math.Min(size - _numberBytes, bytes.Length);
        bytes[..part].CopyTo(_number.AsSpan(_numberBytes));
        _numberBytes += part;
        if (_numberBytes < size) return part;
        _numberBytes = 0;
        if (_field < 0) OpenRecord();
        else OpenValue();
        return part;
    }

    void OpenRecord()
    {
        RequireFields(BinaryPrimitives.ReadInt16BigEndian(_number));
        _field = 0;
    }

    void OpenValue()
    {
        if (_isKey[_field]) _deflate.Write(_number);
        _left = Math.Max(BinaryPrimitives.ReadInt32BigEndian(_number), 0);
        if (_left == 0) _field++;
    }

    void RequireFields(int fields)
    {
        if (fields != _isKey.Length) throw new InvalidDataException("A staged record has another number of fields than its plan.");
    }

    void Note(ulong hash)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, hash);
        _hashes.Write(bytes);
        Records++;
    }
}
