namespace Headgate.IngestWorker.Sampling;

/// <summary>
/// How much of a dry run may be kept to be shown: however many objects it has, together they take no more than this. Each has its share, and
/// none more.
/// </summary>
/// <param name="objects">How many objects the dry run has.</param>
/// <param name="kept">How many bytes are kept of it.</param>
sealed class SampleRoom(int objects, long kept)
{
    /// <summary>Of a dry run, in bytes, and of what one object is shown by more.</summary>
    public const long Most = 64_000_000;

    // A few records of an object, if there are very many.
    const long Least = 16_000;

    long _kept = kept;

    /// <summary>For an object of which so much is kept already.</summary>
    public long For(long own) => Math.Max(0, Math.Min(Most - (_kept - own), Math.Max(Least, Most / Math.Max(1, objects))));

    /// <summary>Of an object there was so much, and now is so much.</summary>
    public void Keep(long before, long now) => _kept += now - before;
}
