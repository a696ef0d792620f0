namespace Headgate.IngestWorker.Staging;

/// <summary>
/// What a staged file is called. Epoch and copy make it unique: two workers that read one segment never meet in one file.
/// </summary>
sealed record SegmentName(Guid JobId, int Attempt, int ObjectNo, int SegmentNo, int Epoch, Guid Copy)
{
    public string Directory => Path.Combine($"{JobId:N}", $"{Attempt}");

    public string File => Path.Combine(Directory, $"{ObjectNo}-{SegmentNo}.{Epoch}.{Copy:N}.seg");

    public string Temporary => Path.Combine(Directory, $".{Copy:N}.tmp");
}
