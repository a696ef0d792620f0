using System.Text;
using Headgate.Cli.Errors;

namespace Headgate.Cli.Exporting;

/// <summary>
/// A file that is there when it is whole: until then it has a name of its own beside it, which is gone when it never comes to be. Only its owner
/// may read it, since what is exported are records.
/// </summary>
sealed class ExportFile : IAsyncDisposable
{
    const int BufferBytes = 64 * 1024;

    readonly string _path;
    readonly FileStream _stream;
    bool _isWhole;

    ExportFile(string path, FileStream stream) => (_path, _stream, Text) = (path, stream, new StreamWriter(stream, new UTF8Encoding(false), BufferBytes));

    public StreamWriter Text { get; }

    public static ExportFile Create(string path)
    {
        try
        {
            return new ExportFile(path, new FileStream($"{path}.{Guid.NewGuid():N}.part", new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Options = FileOptions.Asynchronous,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, error);
        }
    }

    /// <summary>It is whole, and takes the place of what has its name.</summary>
    public async Task KeepAsync()
    {
        try
        {
            await Text.FlushAsync();
            _stream.Flush(flushToDisk: true);
            File.Move(_stream.Name, _path, overwrite: true);
            _isWhole = true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(_path, error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_isWhole)
        {
            await Text.DisposeAsync();
            return;
        }

        // What could not be written is not tried again.
        await _stream.DisposeAsync();
        File.Delete(_stream.Name);
    }

    static CliException Unwritable(string path, Exception error) => new($"{path} cannot be written: {error.Message}");
}
