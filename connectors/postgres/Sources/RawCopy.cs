using System.Buffers;
using System.Buffers.Binary;
using Headgate.Connectors.Records;
using Npgsql;

namespace Headgate.Connectors.Postgres.Sources;

/// <summary>Passes the tuples of a binary COPY on untouched, without its header and trailer.</summary>
static class RawCopy
{
    const int BufferBytes = 128 * 1024;
    const int HeaderBytes = 19;
    const int TrailerBytes = 2;
    static readonly TimeSpan CancelPatience = TimeSpan.FromSeconds(5);

    public static async Task ReadAsync(NpgsqlConnection connection, string copy, IRecordSink sink, CancellationToken cancellationToken)
    {
        var stream = await connection.BeginRawBinaryCopyAsync(copy, cancellationToken);
        try
        {
            await PassOnAsync(stream, sink, cancellationToken);
        }
        catch
        {
            await AbandonAsync(stream);
            throw;
        }

        await stream.DisposeAsync();
    }

    static async Task PassOnAsync(NpgsqlRawCopyStream stream, IRecordSink sink, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var held = await SkipHeaderAsync(stream, buffer, cancellationToken);
            while (true)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(held, BufferBytes - held), cancellationToken);
                if (read == 0) break;
                held += read;
                if (held < BufferBytes) continue;
                // The last two bytes seen so far may be the trailer.
                await sink.WriteAsync(buffer.AsMemory(0, held - TrailerBytes), cancellationToken);
                buffer.AsSpan(held - TrailerBytes, TrailerBytes).CopyTo(buffer);
                held = TrailerBytes;
            }

            if (held < TrailerBytes || BinaryPrimitives.ReadInt16BigEndian(buffer.AsSpan(held - TrailerBytes)) != -1)
                throw new NpgsqlException("The COPY ended without its trailer.");
            if (held > TrailerBytes)
                await sink.WriteAsync(buffer.AsMemory(0, held - TrailerBytes), cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Returns how many bytes after the header it has read into the buffer.</summary>
    static async Task<int> SkipHeaderAsync(NpgsqlRawCopyStream stream, byte[] buffer, CancellationToken cancellationToken)
    {
        await FillAsync(stream, buffer.AsMemory(0, HeaderBytes), cancellationToken);
        var extension = BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(HeaderBytes - 4));
        for (int step; extension > 0; extension -= step)
        {
            step = Math.Min(extension, BufferBytes);
            await FillAsync(stream, buffer.AsMemory(0, step), cancellationToken);
        }

        return 0;
    }

    static async Task FillAsync(NpgsqlRawCopyStream stream, Memory<byte> bytes, CancellationToken cancellationToken)
    {
        if (await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken) < bytes.Length)
            throw new NpgsqlException("The COPY ended within its header.");
    }

    /// <summary>Disposing alone would read the rest of the table; and a server that does not answer must not hold the caller up.</summary>
    static async Task AbandonAsync(NpgsqlRawCopyStream stream)
    {
        try
        {
            await EndAsync(stream).WaitAsync(CancelPatience);
        }
        catch (Exception)
        {
            // The read has failed already, and that error is on its way to the caller.
        }
    }

    static async Task EndAsync(NpgsqlRawCopyStream stream)
    {
        await stream.CancelAsync();
        await stream.DisposeAsync();
    }
}
