using System.Collections;

namespace Grpc.Core;

/// <summary>Headers or trailers of a call, in order; a key can come more than once.</summary>
public sealed partial class Metadata : IList<Metadata.Entry>
{
    /// <summary>Values of keys that end so are bytes.</summary>
    public const string BinaryHeaderSuffix = "-bin";

    public static readonly Metadata Empty = new() { IsReadOnly = true };

    readonly List<Entry> entries = [];

    public int Count => entries.Count;

    public bool IsReadOnly { get; private set; }

    public Entry this[int index]
    {
        get => entries[index];
        set
        {
            EnsureWritable();
            entries[index] = value;
        }
    }

    /// <summary>The last entry of a key.</summary>
    public Entry? Get(string key) => entries.FindLast(entry => entry.Key == key.ToLowerInvariant());

    public string? GetValue(string key) => Get(key)?.Value;

    public byte[]? GetValueBytes(string key) => Get(key)?.ValueBytes;

    public IEnumerable<Entry> GetAll(string key)
    {
        var normalized = key.ToLowerInvariant();
        return entries.Where(entry => entry.Key == normalized);
    }

    public void Add(Entry item)
    {
        EnsureWritable();
        entries.Add(item ?? throw new ArgumentNullException(nameof(item)));
    }

    public void Add(string key, string value) => Add(new Entry(key, value));

    public void Add(string key, byte[] valueBytes) => Add(new Entry(key, valueBytes));

    public void Insert(int index, Entry item)
    {
        EnsureWritable();
        entries.Insert(index, item ?? throw new ArgumentNullException(nameof(item)));
    }

    public bool Remove(Entry item)
    {
        EnsureWritable();
        return entries.Remove(item);
    }

    public void RemoveAt(int index)
    {
        EnsureWritable();
        entries.RemoveAt(index);
    }

    public void Clear()
    {
        EnsureWritable();
        entries.Clear();
    }

    public int IndexOf(Entry item) => entries.IndexOf(item);

    public bool Contains(Entry item) => entries.Contains(item);

    public void CopyTo(Entry[] array, int arrayIndex) => entries.CopyTo(array, arrayIndex);

    public IEnumerator<Entry> GetEnumerator() => entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    void EnsureWritable()
    {
        if (IsReadOnly) throw new InvalidOperationException("This metadata cannot be changed.");
    }
}
