using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Headgate.PipelineFiles.Yaml;

/// <summary>Reads the documents of a text, limited in depth, with what the format does not allow marked on each node.</summary>
/// <remarks>On the parser's events: YamlDotNet's own node model stops at the first duplicate key and recurses without limit.</remarks>
sealed class YamlDocuments
{
    public const int MaxDepth = 16;

    readonly Scanner scanner;
    readonly IParser parser;

    YamlDocuments(string text)
    {
        scanner = new Scanner(new StringReader(text));
        parser = new Parser(scanner);
    }

    /// <summary>The documents up to the first error of syntax; empty ones are left out.</summary>
    public static IReadOnlyList<YamlDocument> Read(string text, Findings findings)
    {
        var documents = new List<(YamlNode Root, int Start)>();
        if (ControlCharacter(text) is { } place)
        {
            findings.Refuse(place, "", "a control character that YAML does not allow", "text without control characters");
            return [];
        }

        try
        {
            var reader = new YamlDocuments(text);
            while (reader.MoveNext())
            {
                if (reader.parser.Current is not DocumentStart start)
                    continue;
                reader.Advance();
                documents.Add((reader.ReadNode(1), documents.Count == 0 ? 0 : (int)start.Start.Index));
            }
        }
        catch (TooDeepException tooDeep)
        {
            findings.Refuse(tooDeep.Position, "", "nested too deeply", $"at most {MaxDepth} levels");
        }
        catch (YamlException invalid)
        {
            findings.Refuse(Position.Of(invalid.Start), "", $"not valid YAML: {invalid.Message.TrimEnd('.')}", "valid YAML");
        }

        var ends = documents.Skip(1).Select(document => document.Start).Append(text.Length);
        return
        [
            .. documents.Zip(ends, (document, end) => new YamlDocument(document.Root, text[document.Start..end]))
                .Where(document => document.Root is not YamlScalar { IsNull: true, Flaw: null }),
        ];
    }

    // YamlDotNet answers some malformed texts with an InvalidOperationException and no place.
    bool MoveNext()
    {
        try
        {
            return parser.MoveNext();
        }
        catch (Exception unplaced) when (unplaced is not YamlException)
        {
            throw new YamlException(scanner.CurrentPosition, scanner.CurrentPosition, "Text that no value may contain", unplaced);
        }
    }

    void Advance()
    {
        if (!MoveNext())
            throw new YamlException(scanner.CurrentPosition, scanner.CurrentPosition, "The text ends too early");
    }

    YamlNode ReadNode(int depth)
    {
        var at = Position.Of(parser.Current!.Start);
        if (depth > MaxDepth)
            throw new TooDeepException(at);
        switch (parser.Current)
        {
            case Scalar scalar:
                return new YamlScalar(at, FlawOf(scalar) ?? FlawOf(scalar.Value), scalar.Value, scalar.Style == ScalarStyle.Plain);
            case SequenceStart sequence:
                return new YamlSequence(at, FlawOf(sequence), ReadItems(depth));
            case MappingStart mapping:
                return new YamlMapping(at, FlawOf(mapping), ReadEntries(depth));
            default:
                return new YamlScalar(at, "an alias (*name) is not allowed", "", Plain: true);
        }
    }

    List<YamlNode> ReadItems(int depth)
    {
        var items = new List<YamlNode>();
        for (Advance(); parser.Current is not SequenceEnd; Advance())
            items.Add(ReadNode(depth + 1));
        return items;
    }

    List<YamlEntry> ReadEntries(int depth)
    {
        var entries = new List<YamlEntry>();
        for (Advance(); parser.Current is not MappingEnd; Advance())
        {
            var key = ReadNode(depth + 1);
            Advance();
            entries.Add(new YamlEntry(key, ReadNode(depth + 1)));
        }

        return entries;
    }

    static string? FlawOf(NodeEvent node) =>
        !node.Anchor.IsEmpty ? "an anchor (&name) is not allowed"
        : !node.Tag.IsEmpty ? "a tag (!name) is not allowed"
        : null;

    static string? FlawOf(string value) => value.Any(IsControl) ? "a control character is not allowed" : null;

    // YamlDotNet takes a NUL for the end of the text: what follows it would be ignored without a word.
    static Position? ControlCharacter(string text)
    {
        var (line, column) = (1, 1);
        foreach (var c in text)
        {
            if (IsControl(c))
                return new Position(line, column);
            (line, column) = c == '\n' ? (line + 1, 1) : (line, column + 1);
        }

        return null;
    }

    static bool IsControl(char c) => char.IsControl(c) && c is not ('\t' or '\n' or '\r' or '\u0085');

    sealed class TooDeepException(Position position) : Exception
    {
        public Position Position => position;
    }
}
