using System.Buffers;
using System.Text;
using System.Text.Json;
using Headgate.Cli.Errors;

namespace Headgate.Cli.Exporting;

/// <summary>How lines are written.</summary>
abstract class ExportFormat
{
    static readonly ExportFormat Csv = new CsvFormat();
    static readonly ExportFormat JsonLines = new JsonLinesFormat();

    /// <summary>What the file begins with.</summary>
    public abstract string Head { get; }

    public abstract string Line(ChangeLine line);

    /// <exception cref="CliException">The file's name says nothing that is known.</exception>
    public static ExportFormat Of(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".csv" => Csv,
        ".jsonl" => JsonLines,
        _ => throw new CliException($"--export takes a file whose name ends with .csv or .jsonl, not \"{path}\".", ExitCode.Usage),
    };

    sealed class CsvFormat : ExportFormat
    {
        static readonly SearchValues<char> Special = SearchValues.Create(",\"\r\n");

        public override string Head { get; } = $"{string.Join(',', ChangeLine.Columns)}\n";

        public override string Line(ChangeLine line) => string.Concat(string.Join(',', ((string?[])
        [
            line.Change.Object, line.Key, line.Operation, line.Field, line.Before, line.After, $"{line.Change.Attempt}", $"{line.Change.Sequence}",
            line.Committed, line.Hash,
        ]).Select(Cell)), "\n");

        // Nothing is null, and two quotes are a text without a character.
        static string Cell(string? value) => value switch
        {
            null => "",
            "" => "\"\"",
            _ when value.AsSpan().ContainsAny(Special) || value[0] == ' ' || value[^1] == ' ' => $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"",
            _ => value,
        };
    }

    sealed class JsonLinesFormat : ExportFormat
    {
        public override string Head => "";

        public override string Line(ChangeLine line)
        {
            var bytes = new ArrayBufferWriter<byte>();
            using (var json = new Utf8JsonWriter(bytes))
            {
                json.WriteStartObject();
                json.WriteString("object", line.Change.Object);
                json.WriteStartObject("key");
                foreach (var (field, value) in (line.Change.Key ?? new()).Values.OrderBy(each => each.Key, StringComparer.Ordinal)) json.WriteString(field, value);
                json.WriteEndObject();
                json.WriteString("operation", line.Operation);
                json.WriteString("field", line.Field);
                json.WriteString("before", line.Before);
                json.WriteString("after", line.After);
                json.WriteNumber("attempt", line.Change.Attempt);
                json.WriteNumber("sequence", line.Change.Sequence);
                json.WriteString("committed", line.Committed);
                json.WriteString("hash", line.Hash);
                json.WriteEndObject();
            }

            return $"{Encoding.UTF8.GetString(bytes.WrittenSpan)}\n";
        }
    }
}
