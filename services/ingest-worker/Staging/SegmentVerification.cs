using System.Buffers;
using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;

namespace Headgate.IngestWorker.Staging;

/// <summary>Reads a staged file from end to end and compares it with its digest.</summary>
static class SegmentVerification
{
    const int PieceSize = 1024 * 1024;

    /// <summary>The footer and index of a file that is as it was written.</summary>
    /// <exception cref="SegmentLostException">It is not.</exception>
    public static async Task<(SegmentFooter Footer, SegmentIndex Index)> CheckAsync(
        SafeFileHandle file, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken)
    {
        var footer = await ReadFooterAsync(file, digest, cancellationToken);
        var indexBytes = new byte[footer.IndexEntries * SegmentIndex.EntrySize];
        var hash = new XxHash128();
        var piece = ArrayPool<byte>.Shared.Rent(PieceSize);
        try
        {
            var covered = footer.FileLength - SegmentFooter.DigestSize;
            for (long at = 0; at < covered;)
            {
                var wanted = (int)Math.Min(PieceSize, covered - at);
                var read = await RandomAccess.ReadAsync(file, piece.AsMemory(0, wanted), at, cancellationToken);
                if (read == 0) throw new SegmentLostException("A staged file is truncated.");
                hash.Append(piece.AsSpan(0, read));
                at += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }

        if (!hash.GetHashAndReset().AsSpan().SequenceEqual(digest.Span))
            throw new SegmentLostException("A staged file is not what was written.");
        await ReadFullyAsync(file, indexBytes, footer.DataLength, cancellationToken);
        return (footer, SegmentIndex.FromBytes(indexBytes));
    }

    static async Task<SegmentFooter> ReadFooterAsync(SafeFileHandle file, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken)
    {
        var length = RandomAccess.GetLength(file);
        if (length < SegmentFooter.Size) throw new SegmentLostException("A staged file is truncated.");
        var end = new byte[SegmentFooter.Size];
        await ReadFullyAsync(file, end, length - SegmentFooter.Size, cancellationToken);
        // Judged before anything is allocated or read by the numbers in it.
        var isOurs = end.AsSpan(SegmentFooter.HeadSize).SequenceEqual(digest.Span);
        return isOurs && SegmentFooter.ReadHead(end) is { } footer && footer.FileLength == length
            ? footer
            : throw new SegmentLostException("A staged file has a damaged footer.");
    }

    static async Task ReadFullyAsync(SafeFileHandle file, Memory<byte> bytes, long at, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
        {
            var read = await RandomAccess.ReadAsync(file, bytes, at, cancellationToken);
            if (read == 0) throw new SegmentLostException("A staged file is truncated.");
            bytes = bytes[read..];
            at += read;
        }
    }
}
