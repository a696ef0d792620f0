using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using Npgsql;

namespace Headgate.Connectors.Postgres.ChangeLog;

/// <summary>
/// The compact log entry of a batch of inserts, made from the staged bytes as they pass: the keys, deflated, and 8 bytes of hash per
/// record. A record may be split anywhere and of any size; only keys and hashes are kept.
/// </summary>
sealed class ChangeBlock : IDisposable
{
    const int HashBytes = 8;
    const int BufferBytes = 16 * 1024;

    readonly bool[] _isKey;
    readonly MemoryStream _keys = new();
    readonly BufferedStream _deflate;
    readonly MemoryStream _hashes = new();
    readonly IncrementalHash _split = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    readonly byte[] _number = new byte[4];
    int _numberBytes;
    int _field = -1;
    int _fields;
    int _left;
    bool _continued;

    public ChangeBlock(int fields, IEnumerable<int> key)
    {
        _isKey = new bool[fields];
        foreach (var position in key) _isKey[position] = true;
        // Buffered: the compressor is called through for every write, and keys are small.
        _deflate = new BufferedStream(new DeflateStream(_keys, CompressionLevel.Fastest, leaveOpen: true), BufferBytes);
    }

    public int Records { get; private set; }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        var begin = 0;
        var at = 0;
        while (at < bytes.Length)
        {
            at += Step(bytes[at..]);
            if (_field < 0 || _field < _fields || _left > 0) continue;
            Close(bytes[begin..at]);
            begin = at;
        }

        if (begin == bytes.Length) return;
        _split.AppendData(bytes[begin..]);
        _continued = true;
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
                new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = _keys.GetBuffer().AsMemory(0, (int)_keys.Length) },
                new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = _hashes.GetBuffer().AsMemory(0, (int)_hashes.Length) },
            },
        };
    }

    public void Dispose()
    {
        _deflate.Dispose();
        _split.Dispose();
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
        _fields = BinaryPrimitives.ReadInt16BigEndian(_number);
        if (_fields != _isKey.Length) throw new InvalidDataException("A staged record has another number of fields than its plan.");
        _field = 0;
    }

    void OpenValue()
    {
        if (_isKey[_field]) _deflate.Write(_number);
        _left = Math.Max(BinaryPrimitives.ReadInt32BigEndian(_number), 0);
        if (_left == 0) _field++;
    }

    void Close(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        if (_continued)
        {
            _split.AppendData(bytes);
            _split.GetHashAndReset(hash);
        }
        else
        {
            SHA256.HashData(bytes, hash);
        }

        _hashes.Write(hash[..HashBytes]);
        _continued = false;
        _field = -1;
        Records++;
    }
}
