using System.Text;
using Headgate.Cli.Errors;

namespace Headgate.Cli.Verbs;

/// <summary>A file for a secret, made before the secret is: one that cannot be kept is not made. Taken away again if none is written.</summary>
sealed class NewSecretFile : IDisposable
{
    readonly FileStream _stream;
    bool _isWritten;

    NewSecretFile(FileStream stream) => _stream = stream;

    public static NewSecretFile Create(string path)
    {
        try
        {
            return new NewSecretFile(new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                // What could not be written is not tried again when it is closed.
                BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"The secret's file {path} cannot be made, and no key was: {error.Message}");
        }
    }

    public void Write(string secret)
    {
        _stream.Write(Encoding.ASCII.GetBytes($"{secret}\n"));
        _stream.Flush(flushToDisk: true);
        _isWritten = true;
    }

    public void Dispose()
    {
        _stream.Dispose();
        if (!_isWritten) File.Delete(_stream.Name);
    }
}
