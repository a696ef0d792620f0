using System.Text;

namespace Grpc.Core;

/// <summary>One thing that a certificate says.</summary>
public class AuthProperty
{
    AuthProperty(string name, byte[] value)
    {
        Name = name;
        ValueBytes = value;
    }

    public string Name { get; }

    public string Value => Encoding.UTF8.GetString(ValueBytes);

    public byte[] ValueBytes { get; }

    public static AuthProperty Create(string name, byte[] valueBytes) => new(name, [.. valueBytes]);
}
