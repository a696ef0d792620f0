using System.Buffers;
using System.Globalization;
using System.Text;

namespace Headgate.Rpc.Wire;

/// <summary>The sentence of a status as a header's value: UTF-8 with everything but printable ASCII as %XX.</summary>
static class StatusMessage
{
    static readonly SearchValues<char> AsIs = SearchValues.Create(
        [.. Enumerable.Range(' ', '~' - ' ' + 1).Select(code => (char)code).Where(character => character != '%')]);

    public static string Encode(string message)
    {
        if (!message.AsSpan().ContainsAnyExcept(AsIs)) return message;
        var encoded = new StringBuilder(message.Length + 16);
        foreach (var octet in Encoding.UTF8.GetBytes(message))
        {
            if (AsIs.Contains((char)octet)) encoded.Append((char)octet);
            else encoded.Append('%').Append(octet.ToString("X2", CultureInfo.InvariantCulture));
        }

        return encoded.ToString();
    }

    /// <summary>What is not well encoded is left as it is: an error must not be lost for its sentence.</summary>
    public static string Decode(string value)
    {
        if (!value.Contains('%', StringComparison.Ordinal)) return value;
        var decoded = new ArrayBufferWriter<byte>(value.Length);
        for (var index = 0; index < value.Length; index++)
        {
            if (value[index] == '%' && index + 2 < value.Length && byte.TryParse(value.AsSpan(index + 1, 2), NumberStyles.AllowHexSpecifier, null, out var octet))
            {
                decoded.Write([octet]);
                index += 2;
            }
            else
            {
                decoded.Write(Encoding.UTF8.GetBytes(value[index].ToString()));
            }
        }

        return Encoding.UTF8.GetString(decoded.WrittenSpan);
    }
}
