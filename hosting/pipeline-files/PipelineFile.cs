using System.Text;
using System.Text.Unicode;
using Headgate.PipelineFiles.Sections;
using Headgate.PipelineFiles.Yaml;

namespace Headgate.PipelineFiles;

/// <summary>Reads pipeline files. Whatever a file holds, reading it answers with problems and does not throw.</summary>
public static class PipelineFile
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>The most objects that a pipeline may have.</summary>
    public const int MaxObjects = 10_000;

    /// <summary>Reads one or more pipelines from a text; <paramref name="fileName"/> is how problems name it.</summary>
    public static PipelineFileResult Parse(string text, string fileName) => Parse([(fileName, text)]);

    /// <summary>Reads the texts of several files, with the names by which problems name them; they are one set.</summary>
    public static PipelineFileResult Parse(IEnumerable<(string Name, string Text)> files)
    {
        var set = new PipelineSet();
        foreach (var (name, text) in files)
            ParseInto(set, text, name);
        return set.ToResult();
    }

    /// <summary>Reads a file, or all files of a folder.</summary>
    public static PipelineFileResult Read(string path) => Directory.Exists(path) ? ReadFolder(path) : ReadFile(path);

    /// <summary>Reads one file.</summary>
    public static PipelineFileResult ReadFile(string path)
    {
        var set = new PipelineSet();
        ReadInto(set, path);
        return set.ToResult();
    }

    /// <summary>Reads *.yaml and *.yml of a folder, not of those below it, by name; they are one set.</summary>
    public static PipelineFileResult ReadFolder(string path)
    {
        var set = new PipelineSet();
        try
        {
            var files = Directory.EnumerateFiles(path).Where(IsPipelineFile).Order(StringComparer.Ordinal).ToList();
            if (files.Count == 0)
                set.Refuse(path, "the folder has no pipeline file", "files named *.yaml or *.yml");
            foreach (var file in files)
                ReadInto(set, file);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            set.Refuse(path, "the folder cannot be read", "a folder that exists and may be read");
        }

        return set.ToResult();
    }

    static bool IsPipelineFile(string file) =>
        file.EndsWith(".yaml", StringComparison.Ordinal) || file.EndsWith(".yml", StringComparison.Ordinal);

    static void ReadInto(PipelineSet set, string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var bytes = new byte[MaxBytes + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            var mark = bytes.AsSpan(0, length).StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
            if (length > MaxBytes)
                set.Refuse(path, "the file is too large", $"at most {MaxBytes} bytes");
            else if (!Utf8.IsValid(bytes.AsSpan(mark, length - mark)))
                set.Refuse(path, "the file is not UTF-8", "a YAML file in UTF-8");
            else
                ParseInto(set, Encoding.UTF8.GetString(bytes, mark, length - mark), path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            set.Refuse(path, "the file cannot be read", "a file that exists and may be read");
        }
    }

    static void ParseInto(PipelineSet set, string text, string fileName)
    {
        var findings = new Findings(fileName, set.FileCount);
        set.Add(findings);
        if (Encoding.UTF8.GetByteCount(text) > MaxBytes)
        {
            findings.Refuse(Position.None, "", "the file is too large", $"at most {MaxBytes} bytes");
            return;
        }

        var documents = YamlDocuments.Read(text, findings);
        foreach (var document in documents)
        {
            if (PipelineReader.Read(document, findings) is { } pipeline)
                set.Add(pipeline);
        }

        if (documents.Count == 0 && !findings.Any)
            findings.Refuse(Position.None, "", "the file has no pipeline", "at least one document of kind Pipeline");
    }
}
