using System.Buffers.Binary;
using System.IO.Compression;

namespace Headgate.Connectors.Postgres.ChangeLog;

/// <summary>Takes what <see cref="ChangeBlock"/> has made apart again: the keys of its records, in their order, and their hashes.</summary>
sealed class BlockReader : IDisposable
{
    const int BufferBytes = 16 * 1024;

    readonly BufferedStream _keys;
    readonly byte[] _hashes;
    readonly int _fields;
    readonly byte[] _buffer = new byte[4 * 1024];

    /// <param name="keys">As they lie in change_block.</param>
    /// <param name="hashes">Likewise.</param>
    /// <param name="fields">How many fields a key has.</param>
    public BlockReader(byte[] keys, byte[] hashes, int fields)
    {
        _keys = new BufferedStream(new DeflateStream(new MemoryStream(keys), CompressionMode.Decompress), BufferBytes);
        (_hashes, _fields) = (hashes, fields);
    }

    /// <summary>Which record was read last, from 1; 0: none yet.</summary>
    public int Place { get; private set; }

    /// <summary>Of the record that was read last.</summary>
    public ReadOnlyMemory<byte> Hash => _hashes.AsMemory((Place - 1) * sizeof(ulong), sizeof(ulong));

    /// <summary>Reads the next record's key.</summary>
    /// <param name="key">Takes it, in field order: each field's length in 32 bits, then its value, as in a binary COPY.</param>
    /// <returns>False: there are no more.</returns>
    public bool TryRead(Stream key)
    {
        if ((Place + 1) * sizeof(ulong) > _hashes.Length) return false;
        for (var field = 0; field < _fields; field++)
        {
            var number = _buffer.AsSpan(0, sizeof(int));
            _keys.ReadExactly(number);
            key.Write(number);
            Pass(Math.Max(BinaryPrimitives.ReadInt32BigEndian(number), 0), key);
        }

        Place++;
        return true;
    }

    public void Dispose() => _keys.Dispose();

    void Pass(int length, Stream key)
    {
        while (length > 0)
        {
            var part = _buffer.AsSpan(0, Math.Min(length, _buffer.Length));
            _keys.ReadExactly(part);
            key.Write(part);
            length -= part.Length;
        }
    }
}
