using Headgate.Connectors.Records;

namespace Headgate.IngestWorker.Serving;

/// <summary>Records as they come from a source, kept in memory up to an amount.</summary>
sealed class KeptRecords : IRecordSink, IRecordBatch
{
    /// <summary>In bytes, but for a single record.</summary>
    const int Most = 16 * 1024 * 1024;

    readonly List<byte[]> _parts = [];
    RecordScanner _scanner;
    long _bytes;

    public long FirstRow => 0;

    public int Rows { get; private set; }

    /// <exception cref="TooMuchException">It is more than is kept, and of several records.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        _parts.Add(bytes.ToArray());
        _bytes += bytes.Length;
        for (var left = bytes.Span; left.Length > 0;)
        {
            left = left[_scanner.Scan(left, out var ended)..];
            if (ended) Rows++;
        }

        return _bytes > Most && Rows + (_scanner.AtBoundary ? 0 : 1) > 1 ? throw new TooMuchException() : ValueTask.CompletedTask;
    }

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var part in _parts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return part;
        }
    }

    public sealed class TooMuchException : Exception;
}
