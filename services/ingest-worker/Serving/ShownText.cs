using System.Text;

namespace Headgate.IngestWorker.Serving;

/// <summary>Values as calls show them: long ones only as far as a length in bytes.</summary>
readonly struct ShownText(int most)
{
    /// <summary>Of one value.</summary>
    public const int Most = 256 * 1024;

    /// <summary>The whole length of a value that is cut; 0: it is shown whole.</summary>
    public long CutOf(string? value)
    {
        // No character takes more than three bytes for each of its own units.
        if (value is null || value.Length <= most / 3) return 0;
        var bytes = Encoding.UTF8.GetByteCount(value);
        return bytes <= most ? 0 : bytes;
    }

    public string Of(string value)
    {
        if (CutOf(value) == 0) return value;
        var (bytes, at) = (0, 0);
        foreach (var rune in value.EnumerateRunes())
        {
            if ((bytes += rune.Utf8SequenceLength) > most) break;
            at += rune.Utf16SequenceLength;
        }

        return value[..at];
    }
}
