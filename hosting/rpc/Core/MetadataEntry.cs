using System.Buffers;
using System.Text;

namespace Grpc.Core;

public sealed partial class Metadata
{
    /// <summary>A key with text, or with bytes if the key ends with <c>-bin</c>. Keys are lower case.</summary>
    public sealed class Entry
    {
        static readonly SearchValues<char> KeyCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

        readonly string? text;
        readonly byte[]? bytes;

        /// <exception cref="ArgumentException">The key has other characters than letters, digits, <c>- _ .</c>, or ends with <c>-bin</c>.</exception>
        public Entry(string key, string value)
        {
            Key = Normalize(key);
            if (IsBinary) throw new ArgumentException($"The key {Key} ends with {BinaryHeaderSuffix}: its value is bytes.", nameof(key));
            text = value ?? throw new ArgumentNullException(nameof(value));
        }

        /// <exception cref="ArgumentException">The key has other characters than letters, digits, <c>- _ .</c>, or does not end with <c>-bin</c>.</exception>
        public Entry(string key, byte[] valueBytes)
        {
            Key = Normalize(key);
            if (!IsBinary) throw new ArgumentException($"The key {Key} does not end with {BinaryHeaderSuffix}: its value is text.", nameof(key));
            bytes = [.. valueBytes];
        }

        public string Key { get; }

        public bool IsBinary => Key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal);

        /// <exception cref="InvalidOperationException">The value is bytes.</exception>
        public string Value => text ?? throw new InvalidOperationException($"The value of {Key} is bytes.");

        public byte[] ValueBytes => bytes is null ? Encoding.ASCII.GetBytes(text!) : [.. bytes];

        public override string ToString() => bytes is null ? $"[Entry: key={Key}, value={text}]" : $"[Entry: key={Key}, valueBytes={bytes.Length} bytes]";

        static string Normalize(string key)
        {
            ArgumentException.ThrowIfNullOrEmpty(key);
            var normalized = key.ToLowerInvariant();
            return normalized.AsSpan().ContainsAnyExcept(KeyCharacters)
                ? throw new ArgumentException($"\"{key}\" cannot be a key: letters, digits, and - _ . can be in it.", nameof(key))
                : normalized;
        }
    }
}
