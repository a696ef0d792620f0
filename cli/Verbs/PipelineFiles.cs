using System.CommandLine;
using System.Text;
using Headgate.Cli.Errors;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

/// <summary>Reads pipeline files as they are; what they say is the coordinator's to judge.</summary>
static class PipelineFiles
{
    public static readonly Option<string?> One = new("--file", "-f")
    {
        Description = "A pipeline file that need not have been applied; - reads stdin.",
        HelpName = "FILE",
    };

    const long LargestFile = 1 << 20;
    const string Stdin = "-";

    static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A read of what another program writes cannot be called off; it is left behind.</summary>
    public static Task<PipelineFile> ReadAsync(string path, CancellationToken cancellationToken) =>
        Task.Run(() => Read(path), CancellationToken.None).WaitAsync(cancellationToken);

    static PipelineFile Read(string path)
    {
        try
        {
            using Stream stream = path == Stdin ? Console.OpenStandardInput() : File.OpenRead(path);
            using var reader = new MemoryStream();
            var buffer = new byte[81920];
            for (int count; (count = stream.Read(buffer)) > 0;)
            {
                reader.Write(buffer, 0, count);
                if (reader.Length > LargestFile) throw new CliException($"{path} is larger than 1 MiB: that is no pipeline file.");
            }

            return new PipelineFile { Name = path == Stdin ? "" : path, Text = Utf8.GetString(reader.ToArray()).TrimStart('\ufeff') };
        }
        catch (DecoderFallbackException)
        {
            throw new CliException($"{path} is not UTF-8.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"{path} {FileProblem.Of(error, path)}");
        }
    }

    /// <summary>A folder stands for the .yaml and .yml files in it, by name.</summary>
    public static IEnumerable<string> Paths(string path)
    {
        if (!Directory.Exists(path)) return [path];
        string[] files = [.. Directory.EnumerateFiles(path).Where(each => Path.GetExtension(each) is ".yaml" or ".yml").Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new CliException($"There is no .yaml or .yml file in {path}.");
    }
}
