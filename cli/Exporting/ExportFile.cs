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
    readonly bool _overwrites;
    readonly FileStream _stream;
    bool _isWhole;

    ExportFile(string path, bool overwrites, FileStream stream) =>
        (_path, _overwrites, _stream, Text) = (path, overwrites, stream, new StreamWriter(stream, new UTF8Encoding(false), BufferBytes));

    public StreamWriter Text { get; }

    /// <exception cref="CliException">It cannot be written, or is there and is not to be overwritten: told before anything is read.</exception>
    public static ExportFile Create(string path, bool overwrites)
    {
        if (!overwrites && Path.Exists(path)) throw IsThere(path);
        try
        {
            return new ExportFile(path, overwrites, new FileStream($"{path}.{Guid.NewGuid():N}.part", new FileStreamOptions
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

    /// <summary>It is whole, and gets its name.</summary>
    public async Task KeepAsync()
    {
        try
        {
            await Text.FlushAsync();
            _stream.Flush(flushToDisk: true);
            File.Move(_stream.Name, _path, _overwrites);
            _isWhole = true;
        }
        catch (IOException) when (!_overwrites && Path.Exists(_path))
        {
            // Somebody has made one meanwhile.
            throw IsThere(_path);
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

    static CliException IsThere(string path) => new($"{path} is there already, and stays as it is: --overwrite lets the export take its place.");

    static CliException Unwritable(string path, Exception error) => new($"{path} cannot be written: {error.Message}");
}
