using System.Buffers.Binary;
using System.Text;
using Headgate.Connectors.Records;

namespace Headgate.Connectors.Conformance;

/// <summary>A sink that keeps the staged bytes and reads records back from them.</summary>
public sealed class StagedRecords : IRecordSink
{
    readonly MemoryStream _bytes = new();

    /// <summary>Called before each write; throws to make it fail.</summary>
    public Func<Task>? OnWrite { get; init; }

    /// <summary>How many bytes were staged.</summary>
    public long Length => _bytes.Length;

    /// <summary>What was staged.</summary>
    public byte[] ToArray() => _bytes.ToArray();

    /// <inheritdoc/>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (OnWrite is { } fail) await fail();
        _bytes.Write(bytes.Span);
    }

    /// <summary>The records' fields in their binary form; null: null.</summary>
    public IReadOnlyList<byte[]?[]> Records()
    {
        var rest = _bytes.ToArray().AsSpan();
        var records = new List<byte[]?[]>();
        while (rest.Length > 0)
        {
            var fields = new byte[]?[BinaryPrimitives.ReadInt16BigEndian(rest)];
            rest = rest[2..];
            for (var i = 0; i < fields.Length; i++)
            {
                var length = BinaryPrimitives.ReadInt32BigEndian(rest);
                rest = rest[4..];
                if (length < 0) continue;
                fields[i] = rest[..length].ToArray();
                rest = rest[length..];
            }

            records.Add(fields);
        }

        return records;
    }

    /// <summary>The first fields as 32-bit integers.</summary>
    public IReadOnlyList<int> Ids() => Records().Select(r => BinaryPrimitives.ReadInt32BigEndian(r[0])).ToArray();

    /// <summary>A field of all records as text.</summary>
    public IReadOnlyList<string?> Texts(int field) => Records().Select(r => r[field] is { } bytes ? Encoding.UTF8.GetString(bytes) : null).ToArray();
}
