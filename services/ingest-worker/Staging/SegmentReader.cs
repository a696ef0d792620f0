using System.Buffers;
using Headgate.Connectors.Records;
using Microsoft.Win32.SafeHandles;

namespace Headgate.IngestWorker.Staging;

/// <summary>A staged file, open and verified.</summary>
sealed class SegmentReader : IDisposable
{
    internal const int PieceSize = 256 * 1024;

    readonly SafeFileHandle _file;
    readonly SegmentFooter _footer;
    readonly SegmentIndex _index;
    (long Row, long Offset) _last;

    SegmentReader(SafeFileHandle file, SegmentFooter footer, SegmentIndex index)
    {
        _file = file;
        _footer = footer;
        _index = index;
    }

    public long Rows => _footer.Rows;

    /// <summary>Why a read failed, whatever whoever called it made of that.</summary>
    public SegmentLostException? Failure { get; private set; }

    /// <summary>Opens a file after checking every byte of it against the digest that was stored when it was published.</summary>
    /// <exception cref="SegmentLostException">It is gone or damaged.</exception>
    public static async Task<SegmentReader> OpenAsync(string path, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken)
    {
        SafeFileHandle? file = null;
        try
        {
            file = File.OpenHandle(path, options: FileOptions.SequentialScan);
            var (footer, index) = await SegmentVerification.CheckAsync(file, digest, cancellationToken);
            return new SegmentReader(file, footer, index);
        }
        catch (Exception error)
        {
            file?.Dispose();
            if (error is IOException) throw new SegmentLostException($"A staged file cannot be read ({error.GetType().Name}).");
            throw;
        }
    }

    /// <summary>Up to so many records from the given one on. One batch is made at a time.</summary>
    public async Task<IRecordBatch> BatchAsync(long firstRow, int maxRows, CancellationToken cancellationToken)
    {
        var rows = (int)Math.Min(maxRows, Rows - firstRow);
        var from = await LocateAsync(firstRow, cancellationToken);
        var to = await LocateAsync(firstRow + rows, cancellationToken);
        return new SegmentBatch(this, firstRow, rows, from, to);
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Reads at least a byte.</summary>
    internal async ValueTask<int> ReadAsync(Memory<byte> bytes, long at, CancellationToken cancellationToken)
    {
        try
        {
            var read = await RandomAccess.ReadAsync(_file, bytes, at, cancellationToken);
            return read > 0 ? read : throw (Failure = new SegmentLostException("A staged file was truncated while it was read."));
        }
        catch (IOException error)
        {
            throw Failure = new SegmentLostException($"A staged file cannot be read ({error.GetType().Name}).");
        }
    }

    async ValueTask<long> LocateAsync(long row, CancellationToken cancellationToken)
    {
        if (row == Rows) return _footer.DataLength;
        var start = _index.Before(row);
        // Batches follow one another: the end of one is the beginning of the next.
        if (_last.Row <= row && _last.Row > start.Row) start = _last;
        _last = (row, await SkipAsync(start, row - start.Row, cancellationToken));
        return _last.Offset;
    }

    async ValueTask<long> SkipAsync((long Row, long Offset) start, long rows, CancellationToken cancellationToken)
    {
        var at = start.Offset;
        if (rows == 0) return at;
        var piece = ArrayPool<byte>.Shared.Rent(PieceSize);
        try
        {
            var scanner = new RecordScanner();
            while (true)
            {
                var wanted = (int)Math.Min(PieceSize, _footer.DataLength - at);
                var read = await ReadAsync(piece.AsMemory(0, wanted), at, cancellationToken);
                for (var used = 0; used < read;)
                {
                    used += scanner.Scan(piece.AsSpan(used, read - used), out var hasEnded);
                    if (hasEnded && --rows == 0) return at + used;
                }

                at += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }
}
