using System.Security.Cryptography;

namespace Headgate.PrivateServers.Processes;

internal static class SecretFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static string NewPassword() => RandomNumberGenerator.GetHexString(40, lowercase: true);

    /// <summary>Mode 0600 from its first byte on, and whole or not there at all.</summary>
    public static void Write(string path, string content, Account? owner = null)
    {
        var draft = $"{path}.{RandomNumberGenerator.GetHexString(8)}";
        using (var file = new StreamWriter(draft, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnly,
        }))
        {
            file.Write(content);
        }

        Posix.GiveTo(owner, draft);
        File.Move(draft, path, overwrite: true);
    }
}
