using System.Buffers;

namespace Headgate.Connectors.Postgres.ChangeLog;

/// <summary>
/// Bytes that are written once and then read as a whole, in a borrowed array: those of a batch are large enough to be garbage of the
/// costly kind.
/// </summary>
sealed class PooledBytes : Stream
{
    const int Least = 64 * 1024;

    byte[] _bytes = ArrayPool<byte>.Shared.Rent(Least);
    int _length;

    /// <summary>What was written; gone with the disposal.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.Length > _bytes.Length - _length) Grow(checked(_length + buffer.Length));
        buffer.CopyTo(_bytes.AsSpan(_length));
        _length += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && _bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            (_bytes, _length) = ([], 0);
        }

        base.Dispose(disposing);
    }

    void Grow(int least)
    {
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max(least, 2L * _length), Array.MaxLength));
        Written.Span.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
