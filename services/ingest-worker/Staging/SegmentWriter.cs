using System.Buffers;
using System.IO.Hashing;
using Headgate.Connectors.Records;

namespace Headgate.IngestWorker.Staging;

/// <summary>
/// Writes one staged file. Holds one buffer, however large a record is; the file appears under its name complete or not at all.
/// </summary>
sealed class SegmentWriter : IRecordSink, IAsyncDisposable
{
    const int BufferSize = 1024 * 1024;

    readonly string _temporary;
    readonly string _final;
    readonly FileStream _file;
    readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    readonly XxHash128 _hash = new();
    readonly SegmentIndex _index = new();
    RecordScanner _scanner;
    int _buffered;
    long _dataLength;
    bool _isDisposed;

    public SegmentWriter(string temporary, string final)
    {
        _temporary = temporary;
        _final = final;
        _file = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
    }

    /// <summary>Complete records so far.</summary>
    public long Rows { get; private set; }

    /// <summary>The file's size, once it is finished.</summary>
    public long Bytes { get; private set; }

    /// <summary>Over data, index and the footer's head, once it is finished.</summary>
    public byte[] Digest { get; private set; } = [];

    /// <summary>Why a write failed, whatever whoever called it made of that.</summary>
    public Exception? Failure { get; private set; }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            Count(bytes.Span);
            await AppendAsync(bytes, cancellationToken);
        }
        catch (Exception error)
        {
            Failure ??= error;
            throw;
        }
    }

    /// <summary>Writes index and footer, makes the file durable and gives it its name; false: the name is taken.</summary>
    public async Task<bool> PublishAsync(CancellationToken cancellationToken)
    {
        if (!_scanner.AtBoundary) throw new InvalidDataException("The source ended within a record.");
        await FinishAsync(cancellationToken);
        _file.Flush(flushToDisk: true);
        if (!Posix.TryLink(_temporary, _final)) return false;
        File.Delete(_temporary);
        Posix.FlushDirectory(Path.GetDirectoryName(_final)!);
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        await _file.DisposeAsync();
        ArrayPool<byte>.Shared.Return(_buffer);
        if (Directory.Exists(Path.GetDirectoryName(_temporary))) File.Delete(_temporary);
    }

    void Count(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var taken = _scanner.Scan(bytes, out var hasEnded);
            _dataLength += taken;
            if (hasEnded) _index.Note(++Rows, _dataLength);
            bytes = bytes[taken..];
        }
    }

    async ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
        {
            if (_buffered == BufferSize) await FlushBufferAsync(cancellationToken);
            var step = Math.Min(bytes.Length, BufferSize - _buffered);
            bytes[..step].CopyTo(_buffer.AsMemory(_buffered));
            _buffered += step;
            bytes = bytes[step..];
        }
    }

    async ValueTask FlushBufferAsync(CancellationToken cancellationToken)
    {
        _hash.Append(_buffer.AsSpan(0, _buffered));
        await _file.WriteAsync(_buffer.AsMemory(0, _buffered), cancellationToken);
        _buffered = 0;
    }

    async Task FinishAsync(CancellationToken cancellationToken)
    {
        var footer = new SegmentFooter(Rows, _dataLength, _index.Count);
        var end = new byte[SegmentFooter.Size];
        footer.WriteHead(end);
        await AppendAsync(_index.ToBytes(), cancellationToken);
        await AppendAsync(end.AsMemory(0, SegmentFooter.HeadSize), cancellationToken);
        await FlushBufferAsync(cancellationToken);
        Digest = _hash.GetHashAndReset();
        await _file.WriteAsync(Digest, cancellationToken);
        Bytes = footer.FileLength;
    }
}
