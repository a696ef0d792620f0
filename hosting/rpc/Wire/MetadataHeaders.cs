using Grpc.Core;

namespace Headgate.Rpc.Wire;

/// <summary>Metadata as headers, and back. What belongs to the protocol is left out in both directions.</summary>
static class MetadataHeaders
{
    /// <exception cref="FormatException">The value of a -bin key is not base64.</exception>
    public static void Read(Metadata metadata, string name, IEnumerable<string?> values)
    {
        if (ProtocolHeaders.IsReserved(name)) return;
        foreach (var value in values)
        {
            if (!name.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.OrdinalIgnoreCase))
            {
                metadata.Add(name, value ?? "");
                continue;
            }

            // Proxies join values of one name, and base64 has no commas.
            foreach (var part in (value ?? "").Split(',', StringSplitOptions.TrimEntries)) metadata.Add(name, Decode(part));
        }
    }

    public static IEnumerable<KeyValuePair<string, string>> Write(Metadata metadata)
    {
        foreach (var entry in metadata)
        {
            if (ProtocolHeaders.IsReserved(entry.Key)) continue;
            if (entry.IsBinary) yield return new(entry.Key, Convert.ToBase64String(entry.ValueBytes).TrimEnd('='));
            else if (!entry.Value.AsSpan().ContainsAnyExceptInRange(' ', '~')) yield return new(entry.Key, entry.Value);
        }
    }

    /// <summary>Base64 with or without padding.</summary>
    public static byte[] Decode(string value)
    {
        var bare = value.TrimEnd('=');
        return Convert.FromBase64String(bare.PadRight((bare.Length + 3) / 4 * 4, '='));
    }
}
