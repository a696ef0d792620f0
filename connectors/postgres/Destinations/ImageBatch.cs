using Headgate.Connectors.Records;

namespace Headgate.Connectors.Postgres.Destinations;

/// <summary>Rejected records, as they were staged.</summary>
sealed class ImageBatch(long firstRow, IReadOnlyList<byte[]> images) : IRecordBatch
{
    public long FirstRow => firstRow;

    public int Rows => images.Count;

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var image in images)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return image;
        }
    }
}
